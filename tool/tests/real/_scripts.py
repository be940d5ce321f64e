"""Tiny scripts of each kind that trains or infers."""

from __future__ import annotations

MODEL = """
import torch
torch.manual_seed(0)
model = torch.nn.Linear(4, 1)
x, y = torch.randn(8, 4), torch.randn(8, 1)
"""
PLAIN = (
    MODEL
    + """
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(1000):
    loss = torch.nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
)
ACCUMULATING = (
    MODEL
    + """
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(4000):
    (torch.nn.functional.mse_loss(model(x), y) / 4).backward()
    if step % 4 == 3:
        optimizer.step()
        optimizer.zero_grad()
"""
)
TWO = (
    MODEL
    + """
other = torch.nn.Linear(1, 1)
one, two = torch.optim.SGD(model.parameters(), lr=0.1), torch.optim.AdamW(other.parameters())
for step in range(1000):
    other(model(x)).mean().backward()
    one.step(), two.step()
"""
)
COMPILED = (
    MODEL
    + """
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model = torch.compile(model, backend="eager")
@torch.compile(backend="eager")
def step():
    optimizer.step()
for number in range(1000):
    optimizer.zero_grad()
    model(x).mean().backward()
    step()
"""
)
INFERRING = (
    MODEL
    + """
with torch.inference_mode():
    for step in range(1000):
        model(x)
"""
)
SHORT = PLAIN.replace("range(1000)", "range(7)") + "print('the end', flush=True)\n"
SAVING = (
    SHORT.replace("optimizer.step()\n", "optimizer.step()\n    torch.save(model.state_dict(), 'last.pt')\n")
    + "open('log', 'w').write('x')\n"
)
CRASHING = PLAIN.replace("    optimizer.step()", "    optimizer.step()\n    if step == 2: raise ValueError('no more')")
NEVER = "import torch\nprint(torch.zeros(3).sum())\n"
WORKERS = """
import torch
from torch.utils.data import DataLoader, Dataset
class Numbers(Dataset):
    def __len__(self): return 4000
    def __getitem__(self, index): return torch.full((4,), float(index))
def main():
    model = torch.nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-9)
    for batch in DataLoader(Numbers(), batch_size=4, num_workers=2, multiprocessing_context="spawn"):
        model(batch).mean().backward()
        optimizer.step()
if __name__ == "__main__":
    main()
"""
RANKS = "import torch.distributed as dist\n" + PLAIN.replace(
    "import torch\n", "import torch\ndist.init_process_group('gloo')\n"
).replace("optimizer = ", "model = torch.nn.parallel.DistributedDataParallel(model)\noptimizer = ")
TRAINER = """
import torch
from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments
model = GPT2LMHeadModel(GPT2Config(n_layer=1, n_head=2, n_embd=16, vocab_size=64, n_positions=16))
data = [{"input_ids": torch.arange(16), "labels": torch.arange(16)}] * 400
arguments = TrainingArguments("out", per_device_train_batch_size=2, gradient_accumulation_steps=2, report_to=[], max_steps=100,
                              save_steps=2, use_cpu=True)
Trainer(model=model, args=arguments, train_dataset=data).train()
"""
