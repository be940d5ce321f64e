"""What PyTorch and its neighbours write in a trial goes aside, and is read back; what was there stays as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from torch_starter.harness import begin
from unit.harness.stage import photograph

HARNESS = Path(str(begin.__file__)).parent
SITE = """
import importlib.util
def load(name):
    spec = importlib.util.spec_from_file_location("harness_" + name, {harness!r} + "/" + name + ".py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
found = load("redirect").install({scratch!r}, [{near!r}])
load("begin").after_import(found.hooks)
"""


class Trial:
    """A folder with a checkpoint and data in it, in which scripts run with their writes led aside."""

    def __init__(self, python: Path, folder: Path, near: Path) -> None:
        self.python, self.real, self.scratch = python, folder / "real", folder / "scratch"
        site = folder / "site"
        for each in (self.real / "out", site):
            each.mkdir(parents=True)
        for name in ("last.pt", "out/last.pt", "data.bin", "train.py"):
            (self.real / name).write_text(f"old {name}")
        (site / "sitecustomize.py").write_text(SITE.format(harness=str(HARNESS), scratch=str(self.scratch), near=str(near)))
        self.variables = {
            **os.environ,
            "PYTHONPATH": str(site),
            "TMPDIR": str(near),
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": "1",
        }

    def script(self, text: str) -> Path:
        """The file of a script."""
        path = self.real.parent / "script.py"
        path.write_text("import os, sys\n" + textwrap.dedent(text))
        return path

    def run(self, text: str) -> str:
        """What a script prints; the real files are as they were after it."""
        words = [str(self.python), str(self.script(text))]
        before = photograph(self.real)
        done = subprocess.run(words, cwd=self.real, capture_output=True, text=True, env=self.variables, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        assert photograph(self.real) == before
        return done.stdout.rstrip("\n")


@pytest.fixture
def trial(current: Path, tmp_path: Path) -> Iterator[Trial]:
    with tempfile.TemporaryDirectory(prefix="ts-") as near:  # sockets have short names
        yield Trial(current / ".venv" / "bin" / "python", tmp_path, Path(near))


def test_what_torch_writes_is_read_back(trial: Trial) -> None:
    told = trial.run("""
        import numpy, torch
        weights = torch.nn.Linear(3, 2).state_dict()
        def same(path, **how): return all(torch.equal(weights[name], each) for name, each in torch.load(path, **how).items())
        torch.save(weights, "last.pt"); os.makedirs("new"); torch.save(weights, "new/é.pt")
        with open("handle.pt", "wb") as file: torch.save(weights, file)
        torch.save(weights, "legacy.pt", _use_new_zipfile_serialization=False)
        print(same("last.pt"), same("last.pt", mmap=True), same("new/é.pt"), same("handle.pt"), same("legacy.pt"))
        os.replace("last.pt", "out/last.pt"); print(same("out/last.pt"), os.path.exists("last.pt"))
        for does in (lambda: torch.save(1, "nothing/x.pt"), lambda: torch.load("nothing.pt")):
            try: does()
            except (RuntimeError, FileNotFoundError) as error: print(type(error).__name__)
        scripted = torch.jit.script(torch.nn.Linear(1, 1)); scripted.save("one.ts"); torch.jit.save(scripted, "two.ts")
        print(torch.equal(torch.jit.load("one.ts").weight, torch.jit.load("two.ts").weight))
        shared = torch.from_file("data.bin", shared=True, size=4, dtype=torch.uint8); shared.fill_(65); del shared
        mapped = numpy.memmap("data.bin", mode="r+"); mapped[1] = 66; mapped.flush(); print(open("data.bin").read())
        with torch.profiler.profile() as profile: torch.ones(1) + 1
        profile.export_chrome_trace("trace.json"); print(os.path.getsize("trace.json") > 0)
    """)
    wanted = ["True True True True True", "True False", "RuntimeError", "FileNotFoundError", "True", "ABAAdata.bin", "True"]
    assert told.splitlines() == wanted


def test_what_hugging_face_writes_is_read_back(trial: Trial) -> None:
    told = trial.run("""
        import safetensors, safetensors.torch, tokenizers, torch
        from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast
        model = GPT2LMHeadModel(GPT2Config(n_layer=1, n_head=2, n_embd=8, vocab_size=50, n_positions=16))
        for where, how in (("out", {}), ("whole", {"safe_serialization": False}), ("parts", {"max_shard_size": "5KB"})):
            model.save_pretrained(where, **how); again = GPT2LMHeadModel.from_pretrained(where).state_dict()
            print(all(torch.equal(each, again[name]) for name, each in model.state_dict().items()))
        safetensors.torch.save_file({"a": torch.ones(2)}, "last.pt"); print(safetensors.torch.load_file("last.pt"))
        with safetensors.safe_open("last.pt", framework="pt") as file: print(list(file.keys()))
        words = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token="?")); open("words", "w").write("hello hello")
        words.train(["words"], tokenizers.trainers.BpeTrainer(vocab_size=40, special_tokens=["?"], show_progress=False))
        words.save("words.json"); os.mkdir("model"); words.model.save("model"); print(sorted(os.listdir("model")))
        PreTrainedTokenizerFast(tokenizer_object=words, unk_token="?").save_pretrained("out")
        print(PreTrainedTokenizerFast.from_pretrained("out").tokenize("hello"))
        print(tokenizers.Tokenizer.from_file("words.json").encode("hello").tokens)
    """)
    assert told.splitlines() == [
        *["True"] * 3,
        "{'a': tensor([1., 1.])}",
        "['a']",
        "['merges.txt', 'vocab.json']",
        "['hello']",
        "['hello']",
    ]


def test_data_sets_are_made_and_read_back(trial: Trial) -> None:
    assert trial.run("""
        import datasets
        datasets.disable_progress_bars()
        made = datasets.Dataset.from_dict({"x": [1, 2, 3]}).map(lambda row: {"x": row["x"] + 1}, cache_file_name="cache.arrow")
        made.save_to_disk("out"); print(datasets.load_from_disk("out")["x"], os.path.exists("cache.arrow"))
        made.to_parquet("x.parquet"); print(datasets.Dataset.from_parquet("x.parquet", cache_dir="cache")["x"])
    """).splitlines() == ["[2, 3, 4] True", "[2, 3, 4]"]


def test_tensorboard_writes_aside(trial: Trial) -> None:
    assert trial.run("""
        try: from torch.utils.tensorboard import SummaryWriter
        except ImportError: print("it is not installed"); sys.exit()
        with SummaryWriter("out") as writer: writer.add_scalar("loss", 1.0, 0)
        print([name.startswith("events") for name in sorted(os.listdir("out"))])
    """) in ("it is not installed", "[True, False]")


@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_workers_of_a_loader_see_and_write_what_the_script_does(trial: Trial, how: str) -> None:
    text = """
        import torch
        from torch.utils.data import DataLoader
        class Data(torch.utils.data.Dataset):
            def __len__(self): return 4
            def __getitem__(self, number):
                with open("log", "a") as file: print(number, file=file)
                torch.save(number, "%d.pt" % number)
                return torch.load("last.pt") + number
        if __name__ == "__main__":
            torch.save(torch.tensor(10), "last.pt")
            print([each.tolist() for each in DataLoader(Data(), num_workers=2, multiprocessing_context=HOW)])
            print(sorted(open("log").read().split()), [torch.load("%d.pt" % number) for number in range(4)])
    """
    wanted = ["[[10], [11], [12], [13]]", "['0', '1', '2', '3'] [0, 1, 2, 3]"]
    assert trial.run(text.replace("HOW", repr(how))).splitlines() == wanted


def test_ranks_of_a_launcher_share_what_they_write(trial: Trial) -> None:
    told = trial.run("""
        import subprocess
        if "RANK" not in os.environ:
            words = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", __file__]
            code = subprocess.call(words); print(len(os.listdir("parts")), open("rank1").read()); sys.exit(code)
        import torch, torch.distributed, torch.distributed.checkpoint as checkpoint
        torch.distributed.init_process_group("gloo")
        rank = torch.distributed.get_rank()
        if rank == 0: torch.save(torch.tensor(5), "last.pt")
        torch.distributed.barrier()
        checkpoint.save({"x": torch.ones(2)}, checkpoint_id="parts")
        found = {"x": torch.zeros(2)}; checkpoint.load(found, checkpoint_id="parts")
        open("rank%d" % rank, "w").write("%s %s" % (torch.load("last.pt"), found)); torch.distributed.destroy_process_group()
    """)
    assert told.splitlines()[-1] == "3 tensor(5) {'x': tensor([1., 1.])}"


def test_a_script_that_is_killed_while_it_saves_leaves_the_checkpoint_that_was_there(trial: Trial) -> None:
    before = photograph(trial.real)
    words = [
        str(trial.python),
        str(
            trial.script("""
                import torch
                big = torch.zeros(2_000_000)
                torch.save(big, "last.pt"); print("begun", flush=True)
                while True: torch.save(big, "last.pt"); os.replace("last.pt", "out/last.pt")
            """)
        ),
    ]
    with subprocess.Popen(words, cwd=trial.real, env=trial.variables, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGKILL)
    assert photograph(trial.real) == before
