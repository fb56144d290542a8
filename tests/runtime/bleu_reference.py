"""Writes bleu_reference.json, sacrebleu's numbers on odd lines: python bleu_reference.py"""
import json
import pathlib
import random

import sacrebleu
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

cases = {
    "equal": (["The quick brown fox jumps over the lazy dog."], ["The quick brown fox jumps over the lazy dog."]),
    "close": (["the cat sat on the mat , quietly ."], ["The cat sat quietly on the mat."]),
    "case": (["The Cat Sat On The Mat Today"], ["the cat sat on the mat today"]),
    "short": (["a b c"], ["a b c"]),
    "brief": (["the cat sat on the"], ["the cat sat on the mat in the hall all day"]),
    "long": (["the cat sat on the mat on the mat on the mat"], ["the cat sat on the mat"]),
    "repeated": (["the the the the the the the"], ["the cat is on the mat"]),
    "no four-gram": (["a b c x d e f y", "k l m"], ["a b c z d e f w", "k l m n"]),
    "no match": (["a b c d e"], ["v w x y z"]),
    "empty hypothesis": (["", "the cat sat on the mat today"], ["a dog", "the cat sat on the mat"]),
    "empty reference": (["a dog", "the cat sat on the mat today"], ["", "the cat sat on the mat"]),
    "all empty": (["", ""], ["", ""]),
    "blank": (["  \t ", "the cat sat on the mat"], ["\u00a0", "the cat sat on the mat"]),
    "digits": (["3.5 kg at 1,000.50 EUR - 2-3 days, no. 5."], ["3.5 kg at 1,000.5 EUR - 2-4 days, no. 5."]),
    "entities": (["&lt;b&gt; &amp;amp; &quot;x&quot; &apos; &amp;lt;"], ["<b> & \"x\" ' &lt;"]),
    "skipped": (["the <skipped>cat sat on the mat"], ["the cat sat on the mat"]),
    "json": (['{"ports": ["HAM", "ROT"], "temperature": "-18 C"}'], ['{"ports": ["HAM", "RTM"], "temperature": "-18 C"}']),
    "German": (["Zwei Männer, „grün“ gekleidet, stehen an der Straße…"], ["Zwei Männer in Grün stehen an der Straße."]),
    "Hindi": (["वह घर जा रहा है। कल, शायद।"], ["वह अपने घर जा रहा है। शायद कल।"]),
    "Japanese": (["吾輩は猫である。名前は まだ 無い。"], ["吾輩は 猫である。名前は まだ 無い。"]),
    "separators": (["a\u2028b\u3000c\u0085d\u001fe f"], ["a b c d e f"]),
}

random.seed(1)
alphabet = list("aab0012.,,--''&<>\"/:!?()[]{}|~^`_@#$%*+=\\; ") + ["  ", "é", "ß", "…", "日", "🙂", "&amp;", "&quot;", "\u00a0"]
odd = ["".join(random.choices(alphabet, k=random.randint(0, 25))) for _ in range(120)]
cases["odd"] = (odd[:60], odd[60:])
noisy = ["".join(c for c in line if random.random() < 0.95) for line in odd]
cases["noisy"] = (noisy, odd)

tokenize = Tokenizer13a()
reference = {
    "sacrebleu": sacrebleu.__version__,
    "cases": [
        {"name": name, "hypotheses": h, "references": r, "bleu": sacrebleu.corpus_bleu(h, [r]).score}
        for name, (h, r) in cases.items()
    ],
    "tokens": [[line, tokenize(line.rstrip())] for line in odd],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(reference, ensure_ascii=True, indent=1) + "\n")
