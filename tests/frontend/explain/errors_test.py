"""A description that is wrong gives its messages and no page.

    errors_test.py LOUP FAILING
"""
import pathlib
import subprocess
import sys
import tempfile

loup, failing = sys.argv[1], pathlib.Path(sys.argv[2])

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    for mistake in "word-misspelt", "proofs/mask-of-the-source-on-the-target":
        page = folder / "page.html"
        page.write_text("kept")
        done = subprocess.run([loup, "explain", failing / f"{mistake}.toml", "-o", page],
                              capture_output=True, text=True)
        assert done.returncode == 1, done
        assert "error: " in done.stderr and "^" in done.stderr, done.stderr
        assert page.read_text() == "kept"
    done = subprocess.run([loup, "explain", failing / "no-positions.toml", "-o",
                           folder / "nowhere" / "page.html"], capture_output=True, text=True)
    assert done.returncode == 1 and "there is no folder" in done.stderr, done
    assert [file.name for file in folder.iterdir()] == ["page.html"]
