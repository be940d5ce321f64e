"""Operations so small that starting them is all that they cost."""

from __future__ import annotations

from typing import Any, Dict

MANY = 100  # in one go, so that the loop around them does not count


def dispatch(measure: Any) -> Dict[str, Any]:
    """On a processor, into a tensor that is there already."""
    import torch

    torch.set_num_threads(1)
    a, b, out = torch.ones(1), torch.ones(1), torch.zeros(1)

    def once() -> None:
        for _ in range(MANY):
            torch.add(a, b, out=out)

    with torch.no_grad():
        return {"dispatch": measure.in_loops(once, MANY)}


def on_gpu(measure: Any, device: str) -> Dict[str, Any]:
    """Each by itself, and all of them as one graph, which is recorded as PyTorch's notes on CUDA graphs say."""
    import torch

    with torch.cuda.device(device), torch.no_grad():
        a, b, out = (torch.ones(1, device=device) for _ in range(3))

        def once() -> None:
            for _ in range(MANY):
                torch.add(a, b, out=out)

        eager = measure.in_loops(once, MANY, device=device)
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            once()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            once()
        return {"eager": eager, "graph": measure.in_loops(graph.replay, MANY, device=device)}
