"""Load the dirty source with pandas and geopandas, as a careful analyst would.

``python -m bench.plain_load SOURCE OUT`` is a peer of the loader: whole columns at once, no loop over rows but for H3
(the h3 package takes one point at a time). It does for this one source what the loader does for any: parse, judge, keep
rejects with file, row, column, reason and the whole record, drop repeated rows, locate by sjoin, index in H3, and write
a DuckDB file sorted as the warehouse is.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import geopandas
import h3
import numpy as np
import pandas as pd

from bench.dirty import CHANNELS, STATES

ZONE = "Asia/Shanghai"
FORMAT = "%Y-%m-%d %H:%M:%S"
NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
SEPARATED = r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?"
TWO_DIGITS = r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{1,2}(?:\D.*)?"
MARGIN = 0.5


class Rejects:
    """The rows left out, with why."""

    def __init__(self, source: pd.DataFrame) -> None:
        self.source = source
        self.bad = pd.Series(False, index=source.index)
        self.kept: list[pd.DataFrame] = []

    def add(self, mask: pd.Series, column: str, fault: str, why: str) -> None:
        """Leave out the rows of ``mask``."""
        rows = self.source.loc[mask]
        if len(rows):
            raw = rows[column]
            told = {"row": rows.index + 2, "column": column, "fault": fault, "raw": raw, "message": why}
            self.kept.append(pd.DataFrame(told, index=rows.index))
            self.bad |= mask

    def frame(self) -> pd.DataFrame:
        """All of them, each with its whole record as JSON."""
        frame = pd.concat(self.kept).sort_values("row", kind="stable")
        records = self.source.loc[frame.index.unique()].to_json(orient="records", lines=True, force_ascii=False)
        whole = pd.Series(records.splitlines(), index=frame.index.unique())
        return frame.assign(file="incidents.csv", record=whole.reindex(frame.index))


def read_times(text: pd.Series, rejects: Rejects, column: str) -> tuple[pd.Series, pd.Series]:
    """UTC and local times, NaT where wrong."""
    local = pd.to_datetime(text, format=FORMAT, errors="coerce")
    wrong = text.notna() & local.isna()
    short = wrong & text.str.fullmatch(TWO_DIGITS).fillna(False).astype(bool)
    rejects.add(short, column, "two_digit_year", "the year has two digits: write all four")
    rejects.add(wrong & ~short, column, "bad_time", f"not a time of the form {FORMAT}")
    utc = local.dt.tz_localize(ZONE, ambiguous=True, nonexistent="NaT").dt.tz_convert("UTC").dt.tz_localize(None)
    return utc, local


def read_places(frame: pd.DataFrame, bounds: np.ndarray, rejects: Rejects) -> tuple[pd.Series, pd.Series]:
    """Longitude and latitude, NaN where there is none or it is wrong."""
    values, unread = {}, pd.Series(False, index=frame.index)
    for name in ("经度", "纬度"):
        text = frame[name]
        plain = text.str.fullmatch(NUMBER).fillna(False).astype(bool)
        values[name] = pd.to_numeric(text.where(plain), errors="coerce").astype("float64")
        wrong = text.notna() & ~plain
        separated = wrong & text.str.fullmatch(SEPARATED).fillna(False).astype(bool)
        rejects.add(separated, name, "thousand_separators", "write plain digits with a point")
        rejects.add(wrong & ~separated, name, "bad_coordinate", "write decimal degrees")
        unread |= wrong
    lon, lat = values["经度"], values["纬度"]
    west, south, east, north = bounds

    def inside(x: pd.Series, y: pd.Series) -> pd.Series:
        return x.between(west - MARGIN, east + MARGIN) & y.between(south - MARGIN, north + MARGIN)

    half = ~unread & (lon.isna() ^ lat.isna())
    both = ~unread & lon.notna() & lat.notna()
    zero = both & lon.eq(0) & lat.eq(0)
    turned = (lat.abs() > 90) & (lat.abs() <= 180) & (lon.abs() <= 90)
    swapped = both & ~zero & (turned | (~inside(lon, lat) & inside(lat, lon)))
    beyond = both & ~swapped & ((lat.abs() > 90) | (lon.abs() > 180))
    whole = both & ~zero & ~swapped & ~beyond & lon.eq(lon.round()) & lat.eq(lat.round())
    for mask, fault, why in (
        (half, "half_coordinates", "fill in the other, or empty both"),
        (zero, "zero_coordinates", "0, 0 stands for unknown"),
        (swapped, "swapped", "exchange them"),
        (beyond, "off_the_globe", "state the coordinate system if these are metres"),
        (whole, "whole_degree", "export them with their decimals"),
    ):
        rejects.add(mask, "经度", fault, why)
        unread |= mask
    return lon.mask(unread), lat.mask(unread)


def drop_repeated(frame: pd.DataFrame, rejects: Rejects) -> pd.Series:
    """Which rows repeat an earlier sound row whole; those that repeat only its id are rejected."""
    sound = frame.loc[~rejects.bad]
    again = sound.duplicated("事件编号")
    same = sound.duplicated() & again
    differs = (again & ~same).reindex(frame.index, fill_value=False)
    rejects.add(differs, "事件编号", "duplicate_id", "the id stands in an earlier row with other contents")
    return same.reindex(frame.index, fill_value=False)


def locate(facts: pd.DataFrame, grids: geopandas.GeoDataFrame) -> pd.DataFrame:
    """Township, grid and how many grids hold the point; rows without a position go by the township they state."""
    placed = facts["lon"].notna()
    spots = facts.loc[placed]
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(spots.lon, spots.lat), index=spots.index)
    joined = points.set_crs("EPSG:4326").sjoin(grids[["code", "geometry"]], predicate="intersects")["code"]
    found = joined.groupby(level=0).agg(["min", "size"])
    out = pd.DataFrame({"grid": found["min"], "areas_n": found["size"]}).reindex(facts.index)
    towns = grids.set_index("code")["town"]
    out["township"] = out["grid"].map(towns).where(placed, facts["stated"])
    out["areas_n"] = out["areas_n"].fillna(0).astype("int8")
    return out


def add_cells(facts: pd.DataFrame) -> None:
    """H3 cells of resolution 9, 8 and 7."""
    placed = facts["lon"].notna()
    nine = [h3.latlng_to_cell(y, x, 9) for x, y in zip(facts.lon[placed], facts.lat[placed], strict=True)]
    for resolution, cells in (
        (9, nine),
        (8, [h3.cell_to_parent(cell, 8) for cell in nine]),
        (7, [h3.cell_to_parent(cell, 7) for cell in nine]),
    ):
        facts[f"cell{resolution}"] = pd.Series([h3.str_to_int(cell) for cell in cells], facts.index[placed], "UInt64")


def find(facts: pd.DataFrame) -> pd.DataFrame:
    """Rows that were loaded though something about them cannot be right."""
    placed, inside = facts["lon"].notna(), facts["areas_n"] > 0
    masks = {
        "no_coordinates": ~placed,
        "outside": placed & ~inside,
        "closed_before_opened": facts["closed_at"] < facts["opened_at"],
        "area_disagrees": placed & (facts["areas_n"] == 1) & facts["stated"].ne(facts["township"]),
    }
    return pd.concat([pd.DataFrame({"id": facts.loc[mask, "id"], "fault": name}) for name, mask in masks.items()])


def judge_words(frame: pd.DataFrame, folder: Path, towns: set[str], rejects: Rejects) -> None:
    """Ids and words that must be known."""
    codes = set(pd.read_csv(folder / "items.csv", dtype=str)["编码"])
    rejects.add(frame["事件编号"].isna(), "事件编号", "missing_id", "fill it in")
    known: tuple[tuple[str, str, object], ...] = (
        ("事项编码", "unknown_item", codes),
        ("渠道", "unknown_word", set(CHANNELS)),
        ("状态", "unknown_word", set(STATES)),
        ("所属乡镇", "unknown_area", towns),
    )
    for column, fault, words in known:
        rejects.add(frame[column].notna() & ~frame[column].isin(words), column, fault, "not in the list")


def load(folder: Path, out: Path) -> None:
    """Read the source in ``folder`` and write warehouse.duckdb, incidents.parquet and rejects.parquet to ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    source = pd.read_csv(folder / "incidents.csv", encoding="gb18030", dtype=str, keep_default_na=False)
    frame = source.apply(lambda column: column.str.strip()).replace("", None)
    grids = geopandas.read_file(folder / "grids.geojson")
    grids["geometry"] = grids.make_valid()
    townships = grids.dissolve("town")
    rejects = Rejects(source)
    opened, opened_local = read_times(frame["上报时间"], rejects, "上报时间")
    rejects.add(frame["上报时间"].isna(), "上报时间", "missing_time", "fill it in")
    closed, closed_local = read_times(frame["办结时间"], rejects, "办结时间")
    lon, lat = read_places(frame, grids.total_bounds, rejects)
    judge_words(frame, folder, set(grids["town"]), rejects)
    same = drop_repeated(frame, rejects)
    good = ~rejects.bad & ~same
    facts = pd.DataFrame({
        "id": "platform:" + frame["事件编号"], "opened_at": opened, "opened_local": opened_local, "closed_at": closed,
        "closed_local": closed_local, "item": frame["事项编码"], "channel": frame["渠道"].map(CHANNELS),
        "state": frame["状态"].map(STATES), "lon": lon, "lat": lat, "stated": frame["所属乡镇"],
        "words": frame["问题描述"], "address": frame["地址"],
    })[good]  # fmt: skip
    facts["local_date"] = facts["opened_local"].dt.normalize()
    facts["local_hour"] = facts["opened_local"].dt.hour
    facts["weekday"] = facts["opened_local"].dt.day_of_week + 1
    facts["arrival_due_at"] = facts["opened_at"] + pd.Timedelta(minutes=15)
    facts = facts.join(locate(facts, grids))
    add_cells(facts)
    write(facts, find(facts), rejects.frame(), townships, grids, out)


def write(
    facts: pd.DataFrame, findings: pd.DataFrame, rejects: pd.DataFrame, townships: geopandas.GeoDataFrame,
    grids: geopandas.GeoDataFrame, out: Path,
) -> None:  # fmt: skip
    """Keep everything."""
    facts.to_parquet(out / "incidents.parquet")
    rejects.to_parquet(out / "rejects.parquet")
    areas = pd.concat([pd.DataFrame({"code": townships.index}), grids[["code"]]])
    areas["geom"] = [*townships.geometry.to_wkb(), *grids.geometry.to_wkb()]
    (out / "warehouse.duckdb").unlink(missing_ok=True)
    with duckdb.connect(str(out / "warehouse.duckdb")) as connection:
        for name, frame in (("incidents", facts), ("findings", findings), ("rejects", rejects), ("areas", areas)):
            connection.register("brought", frame)
            order = "ORDER BY date_trunc('month', opened_local), township, opened_at" if name == "incidents" else ""
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM brought {order}")
            connection.unregister("brought")


if __name__ == "__main__":
    load(Path(sys.argv[1]), Path(sys.argv[2]))
