"""Calls that run what they load: all of a planted list, and none of those that are safe."""

from __future__ import annotations

import json

import pytest

from torch_starter.audits.sources import source
from torch_starter.audits.weights import dangers

COMMIT = "0123456789abcdef0123456789abcdef01234567"
WRONG = [
    "import torch\ntorch.load('x', weights_only=False)",
    "import torch as t\nt.load('x', weights_only=False)",
    "from torch import load\nload('x', weights_only=False)",
    "from torch import load as read\nread('x', None, weights_only=0)",
    "import torch.serialization\ntorch.serialization.load('x', weights_only=False)",
    "from torch import *\nload('x', weights_only=False)",
    "import torch\nread = torch.load\nread('x', weights_only=False)",
    "import torch\nFULL = False\ntorch.load('x', weights_only=FULL)",
    "import torch\noptions = {'weights_only': False}\ntorch.load('x', **options)",
    "import torch\noptions = dict(weights_only=False)\ntorch.load('x', **options)",
    "import functools, torch\nread = functools.partial(torch.load, weights_only=False)",
    "import torch\ngetattr(torch, 'load')('x', weights_only=False)",
    "import pickle, torch\ntorch.load('x', pickle_module=pickle)",
    "import pickle, torch\ntorch.load('x', None, pickle)",
    "import torch\ntorch.hub.load_state_dict_from_url('https://example.org/x.pt')",
    "import torch\ntorch.serialization.add_safe_globals([eval])",
    "import os, torch\ntorch.serialization.add_safe_globals([os.system, print])",
    "import torch\ntorch.hub.load('pytorch/vision', 'resnet18')",
    "import torch\ntorch.hub.load('pytorch/vision:v0.10.0', 'resnet18')",
    "import pickle\nwith open('x', 'rb') as file:\n    pickle.load(file)",
    "from pickle import loads\nloads(b'')",
    "import pickle as p\np.Unpickler(None)",
    "import joblib\njoblib.load('x')",
    "import dill\ndill.load(None)",
    "import cloudpickle\ncloudpickle.loads(b'')",
    "import pandas as pd\npd.read_pickle('x')",
    "import numpy as np\nnp.load('x', allow_pickle=True)",
    "import numpy as np\nnp.load('x', None, True)",
    "from transformers import AutoModel\nAutoModel.from_pretrained('x', trust_remote_code=True)",
    "from datasets import load_dataset\nload_dataset('x', trust_remote_code=True)",
    "def f(Model):\n    Model.load_from_checkpoint('x', weights_only=False)",
    "import os\nos.environ['TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD'] = '1'",
]
OF_VARIABLE = {
    "= 'Yes'": ["fail"],
    "= other = 'true'": ["fail"],
    "= '0'": [],
    "= ''": [],
    "= 'no'": [],
    "= 'on'": [],
    "= input()": ["warn"],
    "= '1'  # audit: allow": [],
}
UNSURE = [
    "import torch\ndef read(path, full):\n    return torch.load(path, weights_only=full)",
    "import torch\ndef read(path, **more):\n    return torch.load(path, **more)",
    "import torch\nfull = True\nfull = False\ntorch.load('x', weights_only=full)",
    "import numpy\ndef read(path, may):\n    return numpy.load(path, allow_pickle=may)",
    f"from transformers import AutoModel\nAutoModel.from_pretrained('x', trust_remote_code=True, revision='{COMMIT}')",
]
SAFE = [
    "import torch\ntorch.load('x')",
    "import torch\ntorch.load('x', map_location='cpu')",
    "import torch\ntorch.load('x', weights_only=True)",
    "import torch\ntorch.load('x', None, None, weights_only=None)",
    "import torch\nONLY = True\ntorch.load('x', weights_only=ONLY)",
    "import torch\noptions = {'map_location': 'cpu'}\ntorch.load('x', **options)",
    "import torch\ntorch.hub.load_state_dict_from_url('https://example.org/x.pt', weights_only=True)",
    f"import torch\ntorch.hub.load('pytorch/vision:{COMMIT}', 'resnet18')",
    "import torch\ntorch.hub.load('here', 'resnet18', source='local')",
    "import torch\nclass Mine: ...\ntorch.serialization.add_safe_globals([Mine])",
    "import torch\ntorch.jit.load('x')",
    "import json\njson.load(open('x'))",
    "from json import load\nload(open('x'))",
    "import yaml\nyaml.safe_load('x')",
    "import numpy as np\nnp.load('x')",
    "import numpy as np\nnp.load('x', allow_pickle=False)",
    "import copy, pickle\npickle.loads(pickle.dumps({}))",
    "import pickle\npickle.dump({}, None)",
    "from transformers import AutoModel\nAutoModel.from_pretrained('x', trust_remote_code=False)",
    "from safetensors.torch import load_file\nload_file('x')",
    "class Reader:\n    def load(self, path): ...\nReader().load('x')",
    "def load(path): ...\nload('torch.load(x, weights_only=False)')",
]
MARKS = ["# audit: allow", "# audit: allow, made by ourselves", "# nosec", "# nosec B614", "# noqa: S301"]


def verdicts(text: str, safe: bool | None = True, name: str = "a.py") -> list[str]:
    return [each.verdict for each in dangers(source(name, text), safe)[0]]


@pytest.mark.parametrize("text", WRONG)
def test_what_runs_code_is_found_once(text: str) -> None:
    assert verdicts(text) == ["fail"]


@pytest.mark.parametrize("text", UNSURE)
def test_what_is_not_known_is_a_warning(text: str) -> None:
    assert verdicts(text) == ["warn"]


@pytest.mark.parametrize("text", SAFE)
def test_what_is_safe_is_not_told(text: str) -> None:
    assert verdicts(text) == []


def test_the_default_is_safe_from_torch_2_6_on() -> None:
    text = "import torch\ntorch.load('x')"
    assert [verdicts(text, safe) for safe in (True, False, None)] == [[], ["fail"], ["warn"]]
    assert verdicts("import torch\ntorch.load('x', weights_only=True)", False) == []


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_on_any_line_of_a_call_keeps_it_and_is_counted(mark: str) -> None:
    text = f"import torch\ntorch.load(\n    'x',\n    weights_only=False,  {mark}\n)\ntorch.load('y', weights_only=False)"
    found, marked = dangers(source("a.py", text), True)
    assert ([each.line for each in found], marked) == ([6], 1)


def test_another_mark_keeps_nothing() -> None:
    assert verdicts("import torch\ntorch.load('x', weights_only=False)  # noqa: E501") == ["fail"]


def notebook(*cells: str) -> str:
    written = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "torch.load"}, *written], "nbformat": 4})


def test_cells_of_a_notebook_share_their_names() -> None:
    text = notebook("%matplotlib inline\nimport torch as t", "!ls\nx = !ls\nt.load('x', weights_only=False)", "%%bash\nrm -r (")
    read = source("a.ipynb", text)
    assert [(each.cell, each.line) for each in dangers(read, True)[0]] == [(3, 3)]
    assert not read.unread


def test_what_is_no_python_is_told_and_the_other_cells_are_looked_at() -> None:
    read = source("a.ipynb", notebook("def (", "import pickle\npickle.load(None)"))
    assert [(cell, line) for cell, line, _ in read.unread] == [(2, 1)]
    assert [each.cell for each in dangers(read, True)[0]] == [3]


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": 3}', '{"cells": [3]}', '{"cells": [{"cell_type": "code"}]}'])
def test_what_is_no_notebook_is_told(text: str) -> None:
    assert [reason[:17] for _, _, reason in source("a.ipynb", text).unread] == ["it is no notebook"]


@pytest.mark.parametrize("text", ["def (", "x = '\0'", "(" * 10_000])
def test_what_is_no_python_is_told(text: str) -> None:
    read = source("a.py", text)
    assert (len(read.parts), len(read.unread)) == (0, 1)


@pytest.mark.parametrize(("text", "told"), OF_VARIABLE.items())
def test_the_variable_is_unsafe_where_torch_takes_its_value_for_yes(text: str, told: list[str]) -> None:
    assert verdicts(f"import os\nos.environ['TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD'] {text}") == told
    assert verdicts(f"NAME = 'TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD'\nenviron[NAME] {text}") == told


def test_a_mark_where_the_variable_is_set_is_counted() -> None:
    text = "import os\nos.environ['TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD'] = (\n    '1'  # audit: allow\n)\n"
    assert dangers(source("a.py", text), True) == ([], 1)


@pytest.mark.parametrize("function", ["x" + ".f()" * 300 + ".load", "x" + ".f(1)" * 300 + "(2)"])
def test_a_long_chain_of_calls_is_looked_at(function: str) -> None:
    (found,) = dangers(source("a.py", f"{function}('x', weights_only=False)"), True)[0]
    assert found.seen.startswith("(...)")
    assert verdicts("def f(x): x.dict().dict(weights_only=False)") == ["fail"]
    assert verdicts("dict(weights_only=False)") == []


def test_what_is_passed_may_be_of_any_length() -> None:
    chain = "x" + ".f()" * 300
    assert verdicts(f"import torch, numpy\ntorch.load('x', weights_only={chain})") == ["warn"]
    assert verdicts(f"import torch, numpy\nnumpy.load('x', allow_pickle={chain})") == ["warn"]


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_a_mark_on_another_line_keeps_nothing_whatever_the_separators(separator: str) -> None:
    text = f"import torch\ns = '{separator.join('abc')}'\ntorch.load('x', weights_only=False)\ny = 1  # audit: allow\n"
    for end in ("\n", "\r\n", "\r"):
        lines = text.replace("s = ", "\x0cs = ")  # Python reads a form feed before a statement as a space
        assert verdicts(lines.replace("\n", end)) == ["fail"]
        assert verdicts(lines.replace("False)", "False)  # audit: allow").replace("\n", end)) == []


def test_a_command_in_a_cell_may_go_on_in_the_next_line() -> None:
    commands = "!pip install a \\\n    b \\\n    c\nx = !ls \\\n  -l\n%run x \\\n  y\n"
    read = source("a.ipynb", notebook(f"{commands}import torch\ntorch.load('x', weights_only=False)\n"))
    assert not read.unread
    assert [(each.cell, each.line) for each in dangers(read, True)[0]] == [(2, 9)]


def test_a_line_of_python_that_goes_on_is_no_command() -> None:
    read = source("a.ipynb", notebook("import torch\nx = 1 + \\\n  2\n!ls\ntorch.load('x', \\\n  weights_only=False)\n"))
    assert [(each.cell, each.line) for each in dangers(read, True)[0]] == [(2, 5)]
