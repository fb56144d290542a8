"""Writes sentencepiece_reference.json, what the sentencepiece package learns from a made-up text and
how it cuts lines: python sentencepiece_reference.py (with sentencepiece 0.2.1; 0.2.3 learns other
scores)"""
import io
import json
import pathlib
import random

import sentencepiece

random.seed(1)
syllables = ["ka", "lo", "mi", "ter", "ro", "sen", "da", "vi", "pol", "nu", "ging", "er", "ß", "ü"]
words = ["".join(random.choices(syllables, k=random.randint(1, 4))) for _ in range(120)]
text = []
for _ in range(250):
    line = random.choices(words, weights=[1 / (i + 1) for i in range(len(words))], k=random.randint(1, 9))
    if random.random() < 0.4:
        line.insert(random.randint(0, len(line)), str(random.randint(0, 99999)))
    text.append(" ".join(line).capitalize() + random.choice([".", "!", "", ", " + random.choice(words)]))
unseen = ["", "  kaloter   sen ", "Ünbekannt 日本 12345 x", "ｋａｌｏ①", "ka<sep>lo </s> <unk>", "▁ro\tmi"] + text[:6]

models = []
for options in (
    {"model_type": "unigram", "vocab_size": 150},
    {"model_type": "bpe", "vocab_size": 150},
    {"model_type": "unigram", "vocab_size": 120, "split_digits": True, "user_defined_symbols": ["<sep>", '",']},
    {"model_type": "bpe", "vocab_size": 400, "byte_fallback": True, "normalization_rule_name": "identity",
     "character_coverage": 1.0},  # 44 characters are few for 400 pieces
):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text), model_writer=model, eos_id=0, unk_id=1, bos_id=2, pad_id=3,
        hard_vocab_limit=False, minloglevel=2, **options)
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    models.append({
        "options": options,
        "size": processor.get_piece_size(),
        "lines": [[line, processor.encode(line), processor.decode(processor.encode(line))] for line in unseen],
    })

path = pathlib.Path(__file__).with_suffix(".json")
reference = {"sentencepiece": sentencepiece.__version__, "text": text, "models": models}
lines = json.dumps(reference, ensure_ascii=False, indent=1)
path.write_text(lines + "\n")
