"""Browsers and systems by name."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_NAMES = {
    "wechat": gettext_lazy("WeChat"),
    "qq": gettext_lazy("QQ Browser"),
    "uc": gettext_lazy("UC Browser"),
    "huawei": gettext_lazy("Huawei Browser"),
    "mi": gettext_lazy("Mi Browser"),
    "edge": "Edge",
    "firefox": "Firefox",
    "chrome": "Chrome",
    "safari": "Safari",
    "harmony": gettext_lazy("HarmonyOS"),
    "android": gettext_lazy("Android"),
    "iphone": "iPhone",
    "ipad": "iPad",
    "windows": "Windows",
    "mac": "Mac",
    "linux": "Linux",
}


def device_name(device: Mapping[str, str]) -> str:
    """ "Chrome, Windows"; what is not known is left out."""
    codes = (device.get("browser", ""), device.get("system", ""))
    known = [str(_NAMES[code]) for code in codes if code in _NAMES]
    return " · ".join(known) or str(_("a browser that does not say its name"))
