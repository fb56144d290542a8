"""Reads the page of a description as XML and holds it against what is known otherwise.

    page_test.py LOUP DESCRIPTION

Masks are counted pair by pair, with Python's own `and`, `or` and `%`; names of passes, kernels and
sizes of arenas come from `loup build`.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib
import unittest
import xml.etree.ElementTree

loup, description = sys.argv[1:]


def run(*arguments):
    return subprocess.run([loup, *arguments], check=True, capture_output=True, text=True).stdout


def explained(*options):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "page.html"
        run("explain", description, "-o", path, *options)
        return path.read_text()


def text_of(element):
    return "".join(element.itertext())


def allows(words):
    """A mask as a function of q, k, the real number of keys, how many of them are the prefix and
    whether the key is present; within a document, all count from its start. Padding is hidden."""
    words = re.sub(r"window\((\d+)\)", r"(q - \1 < k < q + \1)", words)
    words = re.sub(r"sink\((\d+)\)", r"(k < \1)", words)
    words = words.replace("causal", "(k <= q)").replace("padding", "(k < length)")
    words = words.replace("prefix", "(k < prefix)").replace("document & ", "")
    words = words.replace("&", " and ").replace("|", " or ").replace("!", " not ")
    return eval(f"lambda q, k, length, prefix, present: k < length and ({words})")


def masks():
    """Every mask of the description, with the axes of its queries and keys."""
    found = set()
    spec = tomllib.loads(pathlib.Path(description).read_text())
    for layer in spec["encoder"]:
        found.add((layer["self_attention"].get("mask", "padding"), "source", "source"))
    for layer in spec["decoder"]:
        found.add((layer["self_attention"].get("mask", "causal & padding"), "target", "target"))
        found.add((layer["cross_attention"].get("mask", "padding"), "target", "source"))
    return found


def lengths(chosen):
    """At which masks are drawn."""
    return [n for n in (chosen // 2, chosen, chosen * 2) if n == chosen or 8 <= n <= LONGEST]


MODEL = tomllib.loads(pathlib.Path(description).read_text())["model"]
LONGEST = MODEL["length"]


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = explained()
        cls.page = xml.etree.ElementTree.fromstring(cls.text)

    def figures(self, kind):
        return [f for f in self.page.iter("figure") if f.get("class") == kind]

    def test_stands_alone(self):
        self.assertNotIn("://", self.text)
        for word in "@import", "url(":
            self.assertNotIn(word, self.text)
        ids = [e.get("id") for e in self.page.iter() if e.get("id")]
        self.assertEqual(len(ids), len(set(ids)))
        for element in self.page.iter():
            self.assertIsNone(element.get("src"))
            if element.get("href"):
                self.assertIn(element.get("href"), ["#" + name for name in ids])

    def test_is_small_and_always_the_same(self):
        self.assertLess(len(self.text), 5_000_000)
        self.assertEqual(self.text, explained())

    def test_draws_every_mask_once(self):
        drawn = [(f.get("data-mask"), f.get("data-queries"), f.get("data-keys"))
                 for f in self.figures("mask")]
        self.assertEqual(len(drawn), len(set(drawn)))
        self.assertEqual(set(drawn), masks())

    def test_counts_pairs_and_blocks(self):
        for figure in self.figures("mask"):
            allowed = allows(figure.get("data-mask"))
            pictures = [e for e in figure.iter("div") if e.get("class") == "at-length"]
            chosen = min(64, LONGEST)
            self.assertEqual([int(p.get("data-length")) for p in pictures], lengths(chosen))
            self.assertEqual([p.get("hidden") for p in pictures],
                             [None if n == chosen else "hidden" for n in lengths(chosen)])
            for picture in pictures:
                number = {key[5:]: int(value) for key, value in picture.items()
                          if key.startswith("data-") and key != "data-documents"}
                length, block, real, prefix, every = (
                    number[key] for key in ("length", "block", "real", "prefix", "absent-every"))
                ends = [int(end) for end in picture.get("data-documents").split()]
                documents = list(zip([0] + ends, (ends or [length]) + [length]))
                pairs = {(first + q, first + k) for first, end in documents
                         for q in range(end - first) for k in range(end - first)
                         if allowed(q, k, min(end, real) - first, prefix,
                                    every == 0 or (first + k) % every > 0)}
                same = figure.get("data-queries") == figure.get("data-keys")
                queries = real if same else length  # padding does not count
                self.assertEqual(number["pairs"], queries * real)
                self.assertEqual(number["allowed"], sum(q < queries for q, k in pairs))
                blocks = [range(a, min(a + block, end)) for first, end in documents
                          for a in range(first, end, block)]
                shares = [sum((q, k) in pairs for q in queries for k in keys)
                          / (len(queries) * len(keys)) for queries in blocks for keys in blocks]
                self.assertEqual(number["skipped"] + number["full"] + number["partial"],
                                 len(shares))
                # Bounds leave residue classes out, and which keys are present.
                if "%" in figure.get("data-mask") or every > 0:
                    self.assertLessEqual(number["skipped"], shares.count(0))
                    self.assertLessEqual(number["full"], shares.count(1))
                else:
                    self.assertEqual(number["skipped"], shares.count(0))
                    self.assertEqual(number["full"], shares.count(1))
                rectangles = [e.get("class") for e in picture.iter("rect")]
                for kind in "skipped", "full", "partial":
                    self.assertEqual(rectangles.count(kind), number[kind])

    def test_says_what_was_proved(self):
        proofs = text_of(self.page.find(".//section[@id='proofs']"))
        self.assertEqual(
            proofs.count("No position that is predicted sees itself or a later one"), 1)
        unsure = sum("present" in words for words, *_ in masks())
        self.assertEqual(proofs.count("Every query has a key"), len(masks()) - unsure)
        self.assertEqual(proofs.count("A query without a key gives zeros"), unsure)
        warns = any("causal" in words and queries != keys for words, queries, keys in masks())
        self.assertEqual("'causal' on cross-attention" in proofs, warns)

    def test_says_when_an_answer_begins(self):
        proofs = text_of(self.page.find(".//section[@id='proofs']"))
        name = pathlib.Path(description).stem
        waits = ("Every answer waits for the end of the source, as no bound was found on what it "
                 "needs (")
        of_all = waits + "encoder.layers.0.self_attn: it sees the source to its end"
        self.assertIn({
            "freight": of_all,
            "multi30k": of_all,
            "masks": waits + "the source's end must be known to say how much of it is given",
            "simultaneous": "token q of the target, counted from 0, depends on the first q + 3 "
                            "tokens of the source alone",
        }[name], proofs)

    def test_says_sets_in_two_lines(self):
        section = self.page.find(".//section[@id='proofs']")
        told = dict(zip(map(text_of, section.iter("h3")),
                        (text_of(terms[1]) for terms in section.iter("dl"))))
        self.assertEqual(len(told), len(masks()))
        for title, words in told.items():
            self.assertLess(len(words), 300)
            exact = ": 2 alternatives, told apart by q % 16 and k % 16"
            self.assertEqual("k - k % 16 <= q" in title, exact in words, words)

    def test_ticks_what_is_proved_alone(self):
        proofs = self.page.find(".//section[@id='proofs']")
        for item in proofs.iter("li"):
            self.assertNotIn("Every answer waits", text_of(item))

    def test_tells_the_bounds_of_the_kernels(self):
        for schedule in "specialised", "packed":
            page = xml.etree.ElementTree.fromstring(explained("--schedule", schedule))
            program = run("build", description, "--schedule", schedule, "--emit", "plan-memory")
            for terms in page.find(".//section[@id='proofs']").iter("dl"):
                block = int(re.match(r"Keys that queries (\d+)a", text_of(terms[2]))[1])
                touched, full = (text_of(terms[i].find("code")) for i in (3, 5))
                self.assertIn(f'key_bounds = #loup.bounds<block {block} touched "{touched}" full '
                              f'"{full}">', program)

    def test_shows_every_pass(self):
        stages = re.search(r"Stages.*?:\n(.*)", run("build", "--help"), re.S)[1]
        names = [line.split()[0] for line in stages.strip().splitlines()]
        passes = [e.get("id") for e in self.page.iter("h3") if e.get("id")]
        self.assertEqual(passes, ["pass-" + n for n in names if n not in
                                  ("textbook", "halide", "cpp")])

    def test_shows_what_a_pass_changes(self):
        section = self.page.find(".//section[@id='passes']")
        for name, sign in ("ins", "+ "), ("del", "- "):
            lines = [text_of(e) for e in section.iter(name)]
            self.assertTrue(all(re.fullmatch(re.escape(sign) + r".*\n", line) for line in lines))
            word = "loup.attention" if name == "ins" else "loup.add_mask"
            self.assertTrue(any(word in line for line in lines))

    def test_marks_what_sets_a_line_apart(self):
        marks = [text_of(e) for e in self.page.iter("mark")]
        self.assertTrue(any(re.fullmatch(r"\W*key_bounds = #loup.bounds<.*>\W*", m) for m in marks))

    def test_explains_types_of_its_own(self):
        section = self.page.find(".//section[@id='passes']")
        example = re.search(r"(!\w+) has three axes.*the last of size (\d+)",
                            text_of(section.find("p")))
        self.assertEqual(int(example[2]), MODEL["width"])
        self.assertIn(example[1] + ",", text_of(section.find("details")))

    def test_shows_every_kernel(self):
        program = run("build", description, "--emit", "outline-kernels")
        names = re.findall(r"func.func private @(\w+)", program)
        section = self.page.find(".//section[@id='kernels']")
        shown = {text_of(e.find("summary/code")): text_of(e) for e in section.iter("details")
                 if e.find("summary/code") is not None}
        self.assertEqual(sorted(shown), sorted(names))
        for name, text in shown.items():
            self.assertIn(f"@{name}(", text)
            self.assertIn("produce ", text)
        calls = sum(int(count) for text in shown.values()
                    for count in re.findall(r"(\d+) calls? in", text))
        self.assertEqual(calls, program.count("loup.call @"))

    def test_draws_every_arena(self):
        program = run("build", description, "--emit", "plan-memory")
        arenas = [int(size) for plan in re.findall(r"loup.arenas = \{(.*?)\}", program)
                  for size in re.findall(r"= (\d+) : i64", plan)]
        pictures = self.figures("memory")
        sums = [int(re.match(r"[\d,]+", text_of(f.find("figcaption")))[0].replace(",", ""))
                for f in pictures]
        self.assertEqual(sorted(sums), sorted(arenas))
        for picture in pictures:
            height = float(picture.find("svg").get("viewBox").split()[3])
            for value in picture.iter("rect"):
                self.assertGreaterEqual(float(value.get("y")), -0.1)
                self.assertLessEqual(float(value.get("y")) + float(value.get("height")),
                                     height + 0.1)
        shared = program.count("#loup.place<arena")
        self.assertEqual(sum(len(list(p.iter("rect"))) for p in pictures), shared)

    def test_takes_another_length_and_schedule(self):
        page = xml.etree.ElementTree.fromstring(
            explained("--length", "16", "--schedule", "textbook"))
        self.assertEqual([int(e.get("value")) for e in page.iter("input")], lengths(16))
        self.assertIn("textbook", text_of(page.find(".//section[@id='model']")))
        self.assertIn("compute all pairs", text_of(page.find(".//section[@id='masks']")))
        self.assertNotIn("block", text_of(page.find(".//section[@id='proofs']")))
        waits = "Every answer waits"
        self.assertEqual(waits in text_of(page), waits in text_of(self.page))

    @unittest.skipIf(LONGEST >= 128, "every picture fits the model")
    def test_draws_nothing_longer_than_the_model_takes(self):
        done = subprocess.run([loup, "explain", description, "-o", "page.html", "--length", "64"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"--length 64: a sequence of this model has up to {LONGEST} tokens",
                      done.stderr)


unittest.main(argv=sys.argv[:1])
