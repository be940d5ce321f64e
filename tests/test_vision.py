"""The small residual network of examples/vision.py. Tests of your own go beside this file; this one may be deleted."""

from itertools import islice

import torch

from examples.vision import CLASSES, Images, load, network, train


def test_images_become_a_score_for_each_class() -> None:
    assert network(width=4, blocks=[1, 1], size=32)(torch.randn(2, 3, 32, 32)).shape == (2, CLASSES)


def test_an_image_is_the_same_whenever_it_is_asked_for() -> None:
    images = Images(count=20, size=32)
    torch.testing.assert_close(images[7][0], images[7][0])
    assert images[7][1] == images[17][1] == 7


def test_training_makes_the_loss_fall() -> None:
    torch.manual_seed(0)
    model = network(width=4, blocks=[1], size=32)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = [loss.item() for loss in islice(train(model, optimizer, load(16, 32, 16, workers=0, device="cpu")), 40)]
    assert sum(losses[-5:]) < 0.9 * sum(losses[:5])
