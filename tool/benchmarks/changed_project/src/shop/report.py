"""What is printed, as a program of its own."""

import json
import sys
from pathlib import Path

from shop.prices import shown, total


def main(path: str) -> int:
    prices = json.loads(Path(path).read_text())
    if not prices:
        return 3
    print(shown(total(list(prices.values()), "large")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
