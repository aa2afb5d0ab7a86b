"""What is done with pictures."""

from mall.media.actions.keep import crop_anew, keep, set_offered
from mall.media.actions.tidy import Tidied, tidy

__all__ = ["Tidied", "crop_anew", "keep", "set_offered", "tidy"]
