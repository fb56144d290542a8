"""Opens a page in a headless browser, narrow and wide: nothing is wider than the window, the page's
scripts run, the reader can choose another length, and changes are seen without scrolling sideways.

    browser_test.py LOUP DESCRIPTION

Exit status 77 where there is no browser.
"""
import html
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

loup, description = sys.argv[1:]
browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
               None)
if not browser:
    print("skipped: there is no chromium or google-chrome to open the page in")
    sys.exit(77)

# The page in a frame of each width, asked for its sizes and then for another length.
wrapper = """<!DOCTYPE html><html><body>%s<script>
const tell = words => document.body.append(words + "\\n");
window.addEventListener("error", event => tell("error " + event.message));
window.addEventListener("load", () => {
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument;
    const shown = () => [...page.querySelectorAll(".at-length")]
        .filter(e => e.getClientRects().length).map(e => e.dataset.length);
    tell(`width ${frame.width} needs ${page.documentElement.scrollWidth}`);
    const words = [...page.querySelectorAll("dd, li, p, td")].filter(e => e.getClientRects().length);
    tell(`narrowest ${Math.round(Math.min(...words.map(e => e.getBoundingClientRect().width)))}`);
    tell(`at first ${shown()}`);
    page.querySelector("#lengths input").click();
    tell(`then ${shown()}`);
    const box = page.querySelector("figure.mask .at-length:not([hidden]) svg").getBoundingClientRect();
    for (const program of page.querySelectorAll(".diff")) {
      program.style.contentVisibility = "visible";
      tell(`changes ${program.clientWidth} need ${program.scrollWidth}`);
    }
    tell(`picture ${Math.round(box.width)} ${Math.round(box.height)}`);
  }
  tell("done");
});
</script></body></html>"""

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    subprocess.run([loup, "explain", description, "-o", folder / "page.html"], check=True)
    page = (folder / "page.html").read_text()
    frames = "".join(f'<iframe width="{width}" height="900" srcdoc="{html.escape(page)}"></iframe>'
                     for width in (400, 1600))
    (folder / "frames.html").write_text(wrapper % frames)
    done = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
         "--dump-dom", f"file://{folder}/frames.html"], capture_output=True, text=True, timeout=120)

told = done.stdout.rsplit("</script>", 1)[1]
masks = page.count('<figure class="mask"')
assert "done" in told and "error" not in told, told + done.stderr
for width in 400, 1600:
    needs = int(re.search(rf"width {width} needs (\d+)", told)[1])
    assert needs <= width, told
assert all(int(width) >= 40 for width in re.findall(r"narrowest (\d+)", told)), told
assert told.count(f"at first {','.join(['24'] * masks)}\n") == 2, told
assert told.count(f"then {','.join(['12'] * masks)}\n") == 2, told
changes = re.findall(r"changes (\d+) need (\d+)", told)
assert changes and all(int(needs) <= int(width) for width, needs in changes), told
for width, height in re.findall(r"picture (\d+) (\d+)", told):
    assert int(width) >= 280 and 0.9 < int(height) / int(width) < 1.1, told
