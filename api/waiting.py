"""Say how far the first version is, while there is none to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Literal

from words import N_, say

State = Literal["ready", "building", "empty", "failed"]


@dataclass(frozen=True)
class Progress:
    """How far a place is: ready, building (with step and share), empty (nothing loaded), or failed (why)."""

    state: State
    #: what is being done, as the builder names it
    step: str = ""
    #: 0 to 1; None: not known
    share: float | None = None
    #: the place on disk, or why it failed
    detail: str = ""


Readiness = Callable[[], Progress]

BUILDING = N_("The demo county is being built")
BUILDING_MORE = N_("This happens once and takes about a minute. The wall opens by itself.")
EMPTY = N_("Nothing has been loaded here yet")
EMPTY_MORE = N_("Load a place with: python -m etl load SITE.yaml --into {place}. The wall opens by itself.")
FAILED = N_("The demo county could not be built")
FAILED_MORE = N_("{why}")

_PAGE = """<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="2"><title>GridCommand</title><link rel="icon" href="data:,">
<style>
body {{ margin: 0; min-height: 100vh; display: grid; place-content: center; text-align: center; padding: 0 24px;
  background: #0c1015; color: #edf1f5; font-family: "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC",
  "Microsoft YaHei", sans-serif; }}
h1 {{ font-size: 40px; font-weight: 700; margin: 0; }} h2 {{ font-size: 22px; font-weight: 400; margin: 4px 0 34px;
  color: #a3b0bc; }} p {{ color: #a3b0bc; font-size: 18px; margin: 6px 0; overflow-wrap: anywhere; }}
progress {{ width: min(560px, 80vw); height: 10px; accent-color: #6fb6f2; margin: 0 auto 18px; }}
.step {{ color: #edf1f5; font-variant-numeric: tabular-nums; }}
</style></head><body><main>{body}</main></body></html>"""


def page(progress: Progress) -> str:
    """The page shown until there is a version, in both languages; it looks again every two seconds, without script."""
    title, more = {
        "building": (BUILDING, BUILDING_MORE),
        "empty": (EMPTY, EMPTY_MORE),
    }.get(progress.state, (FAILED, FAILED_MORE))
    values = {"place": progress.detail, "why": progress.detail}
    body = f"<h1>{escape(say(title, 'zh'))}</h1><h2>{escape(say(title, 'en'))}</h2>"
    if progress.state == "building":
        value = "" if progress.share is None else f' value="{progress.share:.3f}"'
        share = "" if progress.share is None else f"{progress.share:.0%}"
        body += f'<progress max="1"{value}></progress><p class="step">{escape(progress.step)} {share}</p>'
    said = dict.fromkeys(say(more, lang, **values) for lang in ("zh", "en"))
    body += "".join(f"<p>{escape(text)}</p>" for text in said)
    return _PAGE.format(body=body)
