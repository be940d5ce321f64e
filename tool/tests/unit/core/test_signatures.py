"""The texts of known failures, as programs really write them."""

from __future__ import annotations

import pytest

from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Check
from torch_starter.core.signatures import matches, signatures
from torch_starter.verbs._selection import concerns

TEXTS = {
    "shared-memory": "RuntimeError: DataLoader worker (pid 41) is killed by signal: Bus error. It is possible"
    " that dataloader's workers"
    " are out of shared memory. Please try to raise your shared memory limit.",
    "cudnn-version": "RuntimeError: cuDNN version incompatibility: PyTorch was compiled  against (9, 10, 2)"
    " but found runtime version"
    " (8, 9, 0). PyTorch already comes bundled with cuDNN.",
    "nvidia-symbol": "ImportError: /x/torch/lib/../../nvidia/cusparse/lib/libcusparse.so.12: undefined symbol:"
    " __nvJitLinkAddData_12_1, version libnvJitLink.so.12",
    "audio-video-symbol": "RuntimeError: operator torchvision::nms does not exist",
    "driver-too-old": "RuntimeError: The NVIDIA driver on your system is too old (found version 11040)."
    " Please update your GPU driver",
    "no-kernel-image": "torch.AcceleratorError: CUDA error: no kernel image is available for execution on the device",
    "cuda-unknown-error": "RuntimeError: CUDA unknown error - this may be due to an incorrectly set up"
    " environment, e.g. changing env"
    " variable CUDA_VISIBLE_DEVICES after program start.",
    "cpu-build": "AssertionError: Torch not compiled with CUDA enabled",
    "nvml-unknown-error": "Failed to initialize NVML: Unknown Error",
    "nvml-mismatch": "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.95",
    "cuda-in-fork": "RuntimeError: Cannot re-initialize CUDA in forked subprocess. To use CUDA with"
    " multiprocessing, you must use the"
    " 'spawn' start method",
    "worker-stuck": "RuntimeError: DataLoader worker (pid(s) 4242) exited unexpectedly",
    "numpy-abi": "A module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.2.6 as it may crash.",
    "arrow-numpy": "ImportError: pyarrow requires NumPy 2.0 or newer, found 1.26.4",
    "trainer-accelerate": "TypeError: Accelerator.unwrap_model() got an unexpected keyword argument 'keep_torch_compile'",
    "thread-creation": "libgomp: Thread creation failed: Resource temporarily unavailable",
    "wrong-thread-value": "libgomp: Invalid value for environment variable OMP_NUM_THREADS: abc",
    "launcher-threads": "Setting OMP_NUM_THREADS environment variable for each process to be 1 in default, to"
    " avoid your system being",
    "ranks-hang": "torch.distributed.DistBackendError: NCCL error in: ../torch/csrc/ProcessGroupNCCL.cpp, unhandled system error",
    "no-compiler": "torch._inductor.exc.InductorError: InvalidCxxCompiler: No working C++ compiler found in",
    "cache-permission": "PermissionError: [Errno 13] Permission denied: '/tmp/torchinductor_root/cache'",
    "disk-full": "OSError: [Errno 28] No space left on device",
    "open-files": "RuntimeError: received 0 items of ancdata",
    "shadowed-module": "AttributeError: partially initialized module 'random' has no attribute 'Random' (most likely due to a",
    "missing-module": "ModuleNotFoundError: No module named 'transformers'",
    "gpu-memory": "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
    "killed": "python train.py\nKilled\n",
    "profiler-permission": "Permission Denied: Try running again with elevated permissions by going 'sudo env \"PATH=$PATH\" !!'",
    "certificates": "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed",
    "network": "requests.exceptions.ConnectionError: (MaxRetryError('Max retries exceeded with url: /api/models",
    "altered-file": "ImportError: /x/pyarrow/libarrow.so.2500: file too short",
    "segfault": "Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f (most recent call first):",
}
CALM = (
    "epoch 1: loss 0.31\nSaved to runs/1\nFileNotFoundError: [Errno 2] No such file or directory: 'data/x.csv'\nKeyError: 'x'\n"
)


@pytest.mark.parametrize("name", [signature.name for signature in signatures()])
def test_each_is_known_by_the_text_that_programs_write(name: str) -> None:
    frame = 'Traceback (most recent call last):\n  File "train.py", line 9, in <module>\n'
    found = [match.signature.name for match in matches(frame + TEXTS[name] + "\n")]
    assert found[:1] == [name]


def test_the_line_is_that_of_the_last_place() -> None:
    (match,) = matches(f"one\n{TEXTS['gpu-memory']}\nthree\n  {TEXTS['gpu-memory']}\nfive\n")
    assert (match.line, match.text) == (4, TEXTS["gpu-memory"])


def test_an_ordinary_error_is_none_of_them() -> None:
    assert not list(matches(CALM))


@pytest.mark.parametrize("signature", signatures(), ids=lambda signature: signature.name)
def test_each_names_checks_that_there_are(signature: object) -> None:
    checks = collect("checks", Check)
    assert not [word for word in getattr(signature, "checks", ["?"]) if not any(concerns(word, check) for check in checks)]
