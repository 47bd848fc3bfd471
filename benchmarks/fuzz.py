"""Files that mean harm or nothing: `python -m benchmarks.fuzz --inputs 20000`.

Good files of every format are damaged at random (bytes changed, cut, doubled, NUL, marks of encodings, long numbers,
formulas), or are random bytes to begin with, under every ending, plain, gzipped and zipped under hostile names. Each is
imported. It must become a data set that reads back, or be refused by one sentence that leaves nothing behind.

As many files again are made of quotes, times, decimals, lists and ids as programs write them, from which follows what
their import must bring. Each must bring just that, or be refused.
"""

import argparse
import gzip
import io
import random
import resource
import shutil
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

import pandas as pd

from benchmarks import report
from benchmarks.fuzz_kinds import KINDS, MadeFiles
from fame.data import read
from fame.data.importing import bring_in, look, options
from fame.errors import InputError

SEED = 1
OUTCOMES = ("imported rightly", "refused with a sentence", "imported wrongly")
LOG = "user_id,item_id,rating,timestamp\n" + "".join(f"u{n % 7},i{n % 11},{n % 5},{1e9 + n:.0f}\n" for n in range(60))
PIECES = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xfe\xff", b'"', b",", b"\n", b"\r", b"\t", b"::", b"|", b"=1+1", b"@x",
    b"-9223372036854775809", b"1e999", b"nan", b"-1", b"\xe9", b"\xf0\x9f", b"{", b"[" * 300, b"9" * 5000,
    b"x" * 70_000, b"user_id", b"'", b"\\", b"\\ud800", b"1990-01-01", b"294247-01-10", b"\x1f",
)  # fmt: skip
NAMES = ("../x", "/x", "a/b", "x", "..\\x", "C:x", ".x", "é", "x" * 200)


def main() -> None:
    """Try, count, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    started = time.perf_counter()
    ends = attack(chosen.inputs, chosen.seed)
    answers = answer(chosen.inputs, chosen.seed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    found = {
        "inputs": chosen.inputs,
        "seed": chosen.seed,
        "ends": dict(ends),
        "answers": answers,
        "peak_gb": peak / 2**30,
    }
    report.keep("fuzz", found | {"seconds": time.perf_counter() - started})
    rows = [[what, f"{count:,}"] for what, count in sorted(ends.items())]
    report.publish(
        "fuzz",
        f"{chosen.inputs:,} files, seed {chosen.seed}; peak memory {peak / 2**30:.1f} GB. {report.on()}\n\n"
        + report.table(["ended", "files"], rows)
        + f"\n\nAnd {chosen.inputs:,} files whose right import follows from how they were made:\n\n"
        + report.table(
            ["kind", "imported rightly", "refused with a sentence", "imported wrongly"],
            [[name.replace("_", " "), *(f"{ends[how]:,}" for how in OUTCOMES)] for name, ends in answers.items()],
        ),
    )


def answer(inputs: int, seed: int) -> dict[str, Counter[str]]:
    """How imports of files of each kind ended, by kind."""
    rng = random.Random(seed)
    ends = {kind.__name__: Counter[str]() for kind in KINDS}
    for number in range(inputs):
        kind = KINDS[number % len(KINDS)]
        made = kind(rng)
        with tempfile.TemporaryDirectory() as folder:
            how, why = told(made, Path(folder))
        ends[kind.__name__][how] += 1
        if how == OUTCOMES[2]:
            print(f"{kind.__name__} {number}: {why}\n{made}", file=sys.stderr)
    return ends


def told(made: MadeFiles, folder: Path) -> tuple[str, str]:
    """How the import of a file ended whose right answer is known, and what is wrong."""
    for name, content in made.files.items():
        (folder / name).write_bytes(content)
    log, *about = (folder / name for name in made.files)
    try:
        bring_in([log], folder / "out", options(**made.options), about)
    except InputError as error:
        return OUTCOMES[1], str(error)
    data = read(folder / "out")
    catalog = data.catalog
    kept = pd.read_parquet(folder / "out" / "interactions.parquet")
    events = list(zip(kept["user_id"], kept["item_id"], kept["timestamp"], strict=True))
    if sorted(events) != sorted(set(made.events)):
        return OUTCOMES[2], f"events {sorted(set(events) ^ set(made.events))}"
    for item, title in made.titles.items():
        if catalog.title(catalog.index(item)) != title:
            return OUTCOMES[2], f"title {catalog.title(catalog.index(item))!r} of {item}, not {title!r}"
    for item, values in made.values.items():
        if catalog.values("x", catalog.index(item)) != tuple(" ".join(value.split("\n")) for value in values):
            return OUTCOMES[2], f"values {catalog.values('x', catalog.index(item))} of {item}, not {values}"
    for item, number in made.ranges.items():
        found = catalog.values("x", catalog.index(item))
        low, high = map(float, found[0].split(" to ")) if found else (1.0, 0.0)
        if not low - 1e-6 <= number <= high + 1e-6:
            return OUTCOMES[2], f"range {found} of {item}, which has {number}"
    return OUTCOMES[0], ""


def attack(inputs: int, seed: int) -> Counter[str]:
    """How as many imports ended; raises at the first that ends in no allowed way."""
    rng, ends = random.Random(seed), Counter[str]()
    good = samples()
    for number in range(inputs):
        with tempfile.TemporaryDirectory() as folder:
            inside = Path(folder) / "in" / "here"
            inside.mkdir(parents=True)
            file = hostile(rng, good, inside)
            kept = file.read_bytes()
            try:
                ends[end(file, Path(folder) / "in" / "out")] += 1
            except Exception:
                shutil.copy(file, Path(tempfile.gettempdir()) / f"fuzz-{seed}-{number}-{file.name[-40:]}")
                raise
            left = {path.name for path in (Path(folder) / "in").iterdir()} | {
                path.name for path in Path(folder).iterdir()
            }
            assert left <= {"in", "here", "out"}, left
            assert [path.read_bytes() for path in inside.iterdir()] == [kept]
    return ends


def end(file: Path, out: Path) -> str:
    """Import it."""
    try:
        look([file])
        made = bring_in([file], out)
    except InputError as error:
        sentence = str(error)
        assert "\n" not in sentence, sentence
        assert len(sentence) < 2_000, sentence
        assert not out.exists()
        return "refused with a sentence"
    assert read(out).fingerprint == made.fingerprint
    assert made.rows == made.counts.interactions + sum(drop.rows for drop in made.dropped)
    return "imported, every row kept or counted"


def samples() -> dict[str, bytes]:
    """A good file of each kind, by ending."""
    table = pd.read_csv(io.StringIO(LOG))
    packed = io.BytesIO()
    table.to_parquet(packed)
    lines = table.rename(columns={"user_id": "reviewerID", "item_id": "asin", "timestamp": "unixReviewTime"})
    return {
        ".csv": LOG.encode(),
        ".tsv": LOG.replace(",", "\t").encode(),
        ".parquet": packed.getvalue(),
        ".json": lines.to_json(orient="records", lines=True).encode(),
        ".inter": b"user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
        + LOG.replace(",", "\t").split("\n", 1)[1].encode(),
        ".txt": LOG.split("\n", 1)[1].encode(),
    }


def hostile(rng: random.Random, good: dict[str, bytes], folder: Path) -> Path:
    """A file to import, written into the folder."""
    ending = rng.choice(list(good))
    content = rng.randbytes(rng.randrange(2_000)) if rng.random() < 0.15 else damaged(rng, good[ending])
    ending = ending if rng.random() < 0.8 else rng.choice([*good, ".pq", ".zip", ".gz", ".item", ""])
    how = rng.random()
    if how < 0.15:
        content = gzip.compress(content)
        ending += ".gz"
        if rng.random() < 0.5:
            content = damaged(rng, content)
    elif how < 0.3:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in rng.sample(NAMES, 2):
                entry = zipfile.ZipInfo(f"{name}{ending}")
                entry.external_attr = rng.choice([0o644, 0o120777, 0o010644]) << 16
                archive.writestr(entry, content)
        content = packed.getvalue()
        ending = ".zip"
        if rng.random() < 0.5:
            content = damaged(rng, content)
    file = folder / f"log{ending}"
    file.write_bytes(content)
    return file


def damaged(rng: random.Random, content: bytes) -> bytes:
    """The bytes, changed in a few places."""
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        at = rng.randrange(len(content) + 1)
        how = rng.randrange(5)
        if how == 0:
            content = content[:at] + rng.choice(PIECES) + content[at:]
        elif how == 1:
            content = content[:at] + rng.randbytes(rng.randrange(1, 9)) + content[at + rng.randrange(9) :]
        elif how == 2:
            content = content[:at]
        elif how == 3:
            content = content[:at] + content[at + rng.randrange(1, 40) :]
        else:
            content = content[:at] + content[max(0, at - rng.randrange(1, 200)) :]
    return content


if __name__ == "__main__":
    main()
