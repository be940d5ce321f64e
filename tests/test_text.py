"""The small GPT of examples/text.py. Tests of your own go beside this file; this one may be deleted."""

from itertools import islice

import torch

from examples.text import Gpt, batches, text, train


def small(letters: int) -> Gpt:
    torch.manual_seed(0)
    return Gpt(letters, context=16, width=16, layers=1, heads=2)


def test_a_letter_is_guessed_from_those_before_it_alone() -> None:
    model, letters = small(5), torch.randint(5, (1, 16))
    other = letters.clone()
    other[0, 10] = (other[0, 10] + 1) % 5
    with torch.no_grad():
        scores, changed = model(letters), model(other)
    torch.testing.assert_close(scores[0, :10], changed[0, :10])
    assert not torch.allclose(scores[0, 10:], changed[0, 10:])


def test_the_text_is_the_same_for_the_same_seed() -> None:
    letters, numbers = text(seed=1)
    assert letters == sorted(set(letters))
    torch.testing.assert_close(numbers, text(seed=1)[1])
    assert not torch.equal(numbers, text(seed=2)[1][: len(numbers)])


def test_training_makes_the_loss_fall() -> None:
    letters, numbers = text(seed=0)
    model = small(len(letters))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = [loss.item() for loss in islice(train(model, optimizer, batches(numbers, 8, 16, "cpu")), 30)]
    assert losses[-1] < 0.8 * losses[0]
