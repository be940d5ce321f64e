/* What processors can do at most: one number a second, by "what threads seconds".
 *
 *   flops   fused multiply-adds of float32 in registers, counted as two operations each
 *   bf16    the same with the widest instruction for bfloat16 that there is; none: that of float32
 *   stream  bytes of the triad a = b + s * c over arrays that no cache holds, as STREAM counts them
 *   clock   cycles, by a chain of multiplications of which each waits for the one before (3 cycles; aarch64: 3 to 4)
 *
 * All threads begin at once. Prints {"rate": ..., "width": bytes of a vector}.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#if defined(__AVX512BF16__) || defined(__AMX_BF16__)
#include <immintrin.h>
#endif
#if defined(__AMX_BF16__)
#include <sys/syscall.h>
#endif

#if defined(__AVX512F__)
#define WIDTH 64
#elif defined(__AVX__)
#define WIDTH 32
#else
#define WIDTH 16
#endif
#define CHAINS 12 /* more than latency times ports needs, fewer than there are registers */
#define EACH(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11) /* by name: an array is kept in memory */
#define BLOCK 4096
#if defined(__AVX512F__)
#define KEPT(x) "+v"(x)
#elif defined(__x86_64__)
#define KEPT(x) "+x"(x)
#elif defined(__aarch64__)
#define KEPT(x) "+w"(x)
#else
#define KEPT(x) "+m"(x)
#endif

typedef float vector __attribute__((vector_size(WIDTH)));
typedef double (*work)(int thread, int threads, double seconds);

static volatile float sink;
static pthread_barrier_t start;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static double flops(int thread, int threads, double seconds) {
    (void)thread, (void)threads;
    vector a = (vector){0} + 0.999999f, b = (vector){0} + 1e-6f;
#define BEGIN(c) vector sum##c = b;
#define ADD(c) sum##c = sum##c * a + b; __asm__ volatile("" : KEPT(sum##c)); /* nothing is left out or put together */
#define SINK(c) sink += sum##c[0];
    EACH(BEGIN)
    double began = now(), took = 0;
    long blocks = 0;
    do {
        for (int n = 0; n < BLOCK; n++) { EACH(ADD) }
        blocks++;
        took = now() - began;
    } while (took < seconds);
    EACH(SINK)
    return (double)blocks * BLOCK * CHAINS * (WIDTH / 4) * 2 / took;
}

#if defined(__AMX_BF16__)
static int amx_allowed(void) { return syscall(SYS_arch_prctl, 0x1023, 18) == 0; }

static double amx(double seconds) {
    struct { uint8_t palette, row, zero[14]; uint16_t bytes[16]; uint8_t rows[16]; } __attribute__((packed)) tiles;
    memset(&tiles, 0, sizeof tiles);
    tiles.palette = 1;
    for (int t = 0; t < 8; t++) { tiles.bytes[t] = 64; tiles.rows[t] = 16; }
    _tile_loadconfig(&tiles);
    _tile_zero(0); _tile_zero(1); _tile_zero(2); _tile_zero(3); _tile_zero(6); _tile_zero(7);
    double began = now(), took = 0;
    long blocks = 0;
    do {
        for (int n = 0; n < BLOCK; n++) {
            _tile_dpbf16ps(0, 6, 7); _tile_dpbf16ps(1, 6, 7); _tile_dpbf16ps(2, 6, 7); _tile_dpbf16ps(3, 6, 7);
        }
        blocks++;
        took = now() - began;
    } while (took < seconds);
    _tile_release();
    return (double)blocks * BLOCK * 4 * 16 * 16 * 32 * 2 / took;
}
#endif

static double bf16(int thread, int threads, double seconds) {
#if defined(__AMX_BF16__)
    if (amx_allowed()) return amx(seconds);
#endif
#if defined(__AVX512BF16__)
    (void)thread, (void)threads;
    __m512bh a = (__m512bh)_mm512_set1_epi32(0x3f803f80);
#define BEGIN_BF16(c) __m512 wide##c = _mm512_setzero_ps();
#define ADD_BF16(c) wide##c = _mm512_dpbf16_ps(wide##c, a, a); __asm__ volatile("" : KEPT(wide##c));
#define SINK_BF16(c) sink += _mm512_cvtss_f32(wide##c);
    EACH(BEGIN_BF16)
    double began = now(), took = 0;
    long blocks = 0;
    do {
        for (int n = 0; n < BLOCK; n++) { EACH(ADD_BF16) }
        blocks++;
        took = now() - began;
    } while (took < seconds);
    EACH(SINK_BF16)
    return (double)blocks * BLOCK * CHAINS * 32 * 2 / took;
#else
    return flops(thread, threads, seconds);
#endif
}

static double *arrays[3];
static long bytes; /* of each of them, all threads together */

/* Four times the last cache, so that it does not hold them; where that is not told, or is of a whole machine, what will do. */
static long beyond_caches(void) {
    long least = 64L << 20, most = 256L << 20, wanted = least;
#if defined(_SC_LEVEL3_CACHE_SIZE)
    wanted = 4 * sysconf(_SC_LEVEL3_CACHE_SIZE);
#endif
    return wanted < least ? least : wanted > most ? most : wanted;
}

static volatile int enough;

/* All threads go through their parts together, and the slowest of them ends a pass: the best pass counts, told by the first. */
static double stream(int thread, int threads, double seconds) {
    long count = bytes / 8 / threads, first = thread * count;
    double *a = arrays[0] + first, *b = arrays[1] + first, *c = arrays[2] + first;
    for (long i = 0; i < count; i++) { a[i] = 0; b[i] = 1; c[i] = 2; } /* each thread's pages are near it */
    double best = 0, end = now() + seconds;
    for (int pass = 0;; pass++) {
        if (thread == 0) enough = pass >= 3 && now() > end;
        pthread_barrier_wait(&start);
        if (enough) return best;
        double began = now();
        for (long i = 0; i < count; i++) a[i] = b[i] + 3.0 * c[i];
        __asm__ volatile("" : : "r"(a) : "memory");
        pthread_barrier_wait(&start);
        double rate = 3.0 * 8 * count * threads / (now() - began);
        if (thread == 0 && rate > best) best = rate;
    }
}

static double cycles(int thread, int threads, double seconds) {
    (void)thread, (void)threads;
    uint64_t x = 3;
    double began = now(), took = 0;
    long blocks = 0;
    do {
        for (int n = 0; n < BLOCK; n++) {
#if defined(__x86_64__)
            __asm__ volatile("imul %0, %0\n\timul %0, %0\n\timul %0, %0\n\timul %0, %0" : "+r"(x));
#elif defined(__aarch64__)
            __asm__ volatile("mul %0, %0, %0\n\tmul %0, %0, %0\n\tmul %0, %0, %0\n\tmul %0, %0, %0" : "+r"(x));
#else
            x *= x; x *= x; x *= x; x *= x;
#endif
        }
        blocks++;
        took = now() - began;
    } while (took < seconds);
    sink += (float)x;
    return (double)blocks * BLOCK * 4 * 3 / took;
}

struct one { work work; int thread, threads; double seconds, rate; pthread_t id; };

static void *run(void *given) {
    struct one *one = given;
    if (one->work != stream) pthread_barrier_wait(&start);
    one->rate = one->work(one->thread, one->threads, one->seconds);
    return 0;
}

int main(int count, char **words) {
    if (count != 4) return 2;
    int threads = atoi(words[2]);
    work chosen = !strcmp(words[1], "flops")    ? flops
                  : !strcmp(words[1], "bf16")   ? bf16
                  : !strcmp(words[1], "stream") ? stream
                  : !strcmp(words[1], "clock")  ? cycles
                                                : 0;
    struct one *all = calloc(threads > 0 ? threads : 1, sizeof *all);
    if (!chosen || threads < 1 || !all) return 2;
    if (chosen == stream) {
        bytes = beyond_caches();
        for (int i = 0; i < 3; i++) {
            if (posix_memalign((void **)&arrays[i], 2L << 20, bytes)) return 3;
#if defined(MADV_HUGEPAGE)
            madvise(arrays[i], bytes, MADV_HUGEPAGE); /* what looking pages up costs is not the memory's */
#endif
        }
    }
    pthread_barrier_init(&start, 0, threads);
    for (int t = 0; t < threads; t++) {
        all[t] = (struct one){chosen, t, threads, atof(words[3]), 0, 0};
        if (pthread_create(&all[t].id, 0, run, &all[t])) return 4;
    }
    double rate = 0;
    for (int t = 0; t < threads; t++) { pthread_join(all[t].id, 0); rate += all[t].rate; }
    printf("{\"rate\": %.6g, \"width\": %d}\n", rate, WIDTH);
    return 0;
}
