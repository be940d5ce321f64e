/* The part of NVML that samples ask, of one GPU; declared as nvml.h declares it. Each look at its use is one of FAKE_NVML_USE. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct card *nvmlDevice_t;
typedef enum { SUCCESS = 0, NOT_SUPPORTED = 3, NOT_FOUND = 6 } nvmlReturn_t;
typedef enum { GRAPHICS = 0, SM = 1, MEMORY = 2 } nvmlClockType_t;
typedef struct { unsigned int gpu, memory; } nvmlUtilization_t;

struct card { int real; };
static struct card card = {1};
static int ready, looks;

nvmlReturn_t nvmlInit_v2(void) { ready = 1; return SUCCESS; }

nvmlReturn_t nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *device) {
    if (!ready || strcmp(uuid, "GPU-1")) return NOT_FOUND;
    *device = &card;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *rates) {
    const char *said = getenv("FAKE_NVML_USE");
    if (!said) return NOT_SUPPORTED;
    for (int n = 0; n < looks && strchr(said, ','); n++) said = strchr(said, ',') + 1;
    looks++;
    rates->gpu = device == &card ? (unsigned)atoi(said) : 0, rates->memory = 7;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t device, nvmlClockType_t type, unsigned int *clock) {
    *clock = device == &card && type == SM ? 1755 : 1;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t device, unsigned long long *reasons) {
    *reasons = (1ULL << 40) | (device == &card ? 0x44 : 0);
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetCurrPcieLinkGeneration(nvmlDevice_t device, unsigned int *generation) {
    if (getenv("FAKE_NVML_NO_LINK")) return NOT_SUPPORTED;
    *generation = device == &card ? 4 : 0;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetCurrPcieLinkWidth(nvmlDevice_t device, unsigned int *width) {
    *width = device == &card ? 8 : 0;
    return SUCCESS;
}
