import torch
from shop.guess import Guess, Things, fit, scaled


def test_a_guess_for_each() -> None:
    assert Guess()(torch.zeros(3, 4)).shape == (3, 1)


def test_things_have_prices() -> None:
    features, price = Things(3)[2]
    assert features.tolist() == [2.0] * 4
    assert price.item() == 4
    assert len(Things(3)) == 3


def test_fitting_makes_the_loss_fall() -> None:
    torch.manual_seed(0)
    losses = fit(Guess(), steps=10)
    assert len(losses) == 20
    assert losses[-1] < losses[1]


def test_workers_make_the_same() -> None:
    torch.manual_seed(0)
    alone = fit(Guess(), steps=1)
    torch.manual_seed(0)
    assert fit(Guess(), steps=1, workers=1) == alone


def test_what_is_compiled_computes_the_same() -> None:
    compiled = torch.compile(scaled, backend="eager")
    assert compiled(torch.tensor([3.0])).tolist() == [6.0]
