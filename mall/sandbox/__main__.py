"""`python -m mall.sandbox FOLDER PORT MALL_PORT`: as `flask sandbox serve`, without a mall to be loaded first."""

from __future__ import annotations

import sys
from pathlib import Path

from mall.sandbox.serving import PortTaken, play

try:
    play(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
except PortTaken as taken:
    sys.exit(str(taken))
