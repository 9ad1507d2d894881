"""What people type finds its point, a question or a refusal, and never another point."""

import csv
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acupoints.lexicon import DATA, read_csv, read_entries
from acupoints.meridians import CODE, Meridian
from acupoints.resolver import Guess, Point, Question, Refusal, Resolver, evaluate, label
from acupoints.spelling import LONGEST, cleaned

pytestmark = pytest.mark.once

ENTRIES = read_entries()
BY_CODE = {entry.code: entry for entry in ENTRIES}
RESOLVER = Resolver(ENTRIES)
resolve = RESOLVER.resolve
many = settings(max_examples=600, deadline=None)


def rows_of(name):
    with (Path(__file__).parent / "data" / name).open(encoding="utf-8", newline="") as file:
        return [(row["typed"], row["expected_code"]) for row in csv.DictReader(file)]


ROWS = rows_of("point_spellings.csv") + rows_of("more_spellings.csv")


def plain(text):
    """The letters of a name without marks, found another way than by the resolver."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in decomposed if c.isalpha() and not unicodedata.combining(c))


PINYIN = Counter(plain(entry.pinyin) for entry in ENTRIES)
NAMES = {
    plain(name)
    for entry in ENTRIES
    for name in (entry.pinyin, *entry.english, *(name for name, _ in entry.names))
}


def codes_in(answer):
    return set(answer.codes) if isinstance(answer, Question) else {getattr(answer, "code", None)}


# --- The data --------------------------------------------------------------------------


def test_the_data_has_all_points_of_the_meridians_and_the_extra_points():
    counts = Counter(entry.meridian for entry in ENTRIES)
    expected = "LU 11 LI 20 ST 45 SP 21 HT 9 SI 19 BL 67 KI 27 PC 9 TE 23 GB 44 LR 14 GV 28 CV 24"
    words = expected.split()
    meridians = dict(zip(words[::2], map(int, words[1::2]), strict=True))
    assert {code: counts[code] for code in meridians} == meridians
    assert sum(meridians.values()) == 361
    assert sum(counts[code] for code in counts if code.startswith("EX-")) == 48
    assert counts["X"] == 10


def test_codes_are_well_formed_and_say_meridian_and_number():
    for entry in ENTRIES:
        assert CODE.fullmatch(entry.code)
        assert entry.meridian in Meridian.values
        if entry.number:
            assert entry.code == f"{entry.meridian}{entry.number}"


def test_numbers_of_a_meridian_have_no_gaps():
    for meridian in set(Meridian.values) - {"X"}:
        numbers = [entry.number for entry in ENTRIES if entry.meridian == meridian]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("name", ["names.csv", "cautions.csv"])
def test_names_and_cautions_belong_to_known_points(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        assert {row["code"] for row in csv.DictReader(file)} <= set(BY_CODE)


def test_a_code_that_stands_in_the_data_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        Resolver([ENTRIES[0], ENTRIES[0]])


# --- The index is consistent -----------------------------------------------------------


@pytest.mark.parametrize("code", BY_CODE)
def test_every_code_resolves_to_itself_however_it_is_addressed(code):
    assert resolve(code) == Point(code)
    assert label(resolve(code.lower())) == code
    assert label(resolve(re.sub(r"(?<=[A-Z])(?=\d)", "-", code).lower())) == code


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_every_name_and_other_code_leads_to_its_point_or_asks(entry):
    names = [entry.pinyin, entry.traditional, entry.simplified, *entry.english, *entry.codes]
    for name in (*names, *(name for name, _ in entry.names)):
        answer = resolve(name)
        assert entry.code in codes_in(answer), (name, answer)
        assert isinstance(answer, Point | Question)


def test_old_numbers_mean_todays_point_and_say_so_beside_the_old_name():
    for entry in ENTRIES:
        if entry.old_code:
            answer = resolve(f"{entry.pinyin} {entry.old_code}")
            assert set(answer.codes) == {entry.code, entry.old_code}
            assert "older books" in answer.why
            assert resolve(entry.old_code) == Point(entry.old_code)


# --- What people type ------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "expected"), ROWS)
def test_a_typed_text_is_understood(typed, expected):
    assert label(resolve(typed)) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "taichogn",
        "bai hiu",
        "neigwan",
        "sanyinjao",
        "zusanly",
        "Suspended Bel",
        "stomache 36",
        "LI4 headache",
        "Wēizhōng",
        "wei1zhong1",
    ],
)
def test_a_slip_is_a_guess_and_never_a_point(typed):
    answer = resolve(typed)
    assert isinstance(answer, Guess)
    assert answer.why


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("UB 70", "BL67"),
        ("P10", "PC9"),
        ("ST46", "ST45"),
        ("EX-HN16", "EX-HN15"),
        ("BL0", "BL1"),
        ("L21", "LI20"),
        ("P10 Yuji", "LU10"),
        ("hegu headache", "LI4"),
        ("shen men ear", "HT7"),
        ("vitamin B12", "BL12"),
        ("委", "BL40"),
    ],
)
def test_a_refusal_suggests_what_is_nearest(typed, nearest):
    answer = resolve(typed)
    assert isinstance(answer, Refusal)
    assert nearest in answer.nearest
    assert len(answer.nearest) <= 5


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("hegu LU7", ("LU7", "LI4")),
        ("hegou LU7", ("LU7", "LI4")),
        ("LI4 LR3", ("LI4", "LR3")),
        ("weizhong BL54", ("BL40", "BL54")),
        ("P7 lieque", ("LU7", "PC7")),
    ],
)
def test_a_contradiction_is_asked_and_not_decided(typed, codes):
    answer = resolve(typed)
    assert isinstance(answer, Question)
    assert answer.codes == codes


@pytest.mark.parametrize(
    ("typed", "codes"), [("Four Gates", ("LI4", "LR3")), ("dantian", ("CV4", "CV5", "CV6"))]
)
def test_a_name_of_several_points_asks_which(typed, codes):
    assert resolve(typed).codes == codes


def test_a_tone_tells_twins_apart_and_a_wrong_one_does_not():
    assert resolve("Zhōngzhǔ").code == "TE3"
    assert resolve("zhong1zhu4").code == "KI15"
    assert resolve("zhōngzhu").codes == ("KI15", "TE3")
    assert resolve("Zhòngzhǔ").codes == ("KI15", "TE3")
    assert resolve("Zǐgōng").codes == ("CV19", "EX-CA1")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("BL40", ""),
        ("wei zhong", ""),
        ("UB23", "UB is another way to write BL."),
        ("L20", "L can stand for LU, LI, LR; here it is LI20."),
        ("GV29", "GV29 is another code of EX-HN3."),
        ("Nei-kuan", "“Nei-kuan” is the Wade-Giles spelling of Nèiguān (PC6)."),
        ("renzhong", "“Renzhong” is another name of Shuǐgōu (GV26)."),
        ("UB70", "There is no BL70: the Urinary Bladder meridian goes from BL1 to BL67."),
        ("M-HN-99", "There is no M-HN-99."),
        ("stomach", "This names a meridian. A number is missing, as in BL40."),
    ],
)
def test_the_reader_is_told_how_it_was_understood(typed, sentence):
    assert resolve(typed).why == sentence


# --- Forms made from the data ----------------------------------------------------------

LETTERS = {
    "LU": "LU Lu lung",
    "LI": "LI L.I. CO GI Di colon",
    "ST": "ST E M stomach",
    "SP": "SP Spl BP RP MP spleen",
    "HT": "HT He heart",
    "SI": "SI S.I. Dü ID",
    "BL": "BL UB U.B. V bladder",
    "KI": "KI K KD Kid R kidney",
    "PC": "PC P MC Per HC pericardium",
    "TE": "TE SJ TB TW TH 3E TR",
    "GB": "GB G VB gallbladder",
    "LR": "LR LV Liv F liver",
    "GV": "GV DU VG",
    "CV": "CV REN RN VC",
    "EX-HN": "EX-HN Ex-HN EXHN",
    "EX-CA": "EX-CA Ex-CA EXCA",
    "EX-B": "EX-B Ex-B EXB",
    "EX-UE": "EX-UE Ex-UE EXUE",
    "EX-LE": "EX-LE Ex-LE EXLE",
}
BETWEEN = [
    "",
    " ",
    "-",
    " - ",
    ".",
    "  ",
    "\u2013",
    "_",
    "\u00a0",
    "\t",
    "\u200b",
    "\u2011",
]
CASES = [str, str.lower, str.upper, str.title]
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
SYLLABLE = re.compile(
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?[iuü]?[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][iou]?"
    r"(?:(?:ng|n|r)(?![āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜiou]))?"
)
MARKS = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}

numbered = st.sampled_from([entry for entry in ENTRIES if entry.number])
entries = st.sampled_from(ENTRIES)
cases = st.sampled_from(CASES)
gaps = st.sampled_from(["", " ", "-", "'", "’", "  ", "\u00a0", "\u200b"])
endings = st.sampled_from(["", " ", " point", " xue", " acupoint", "?", " location"])


def syllables(pinyin):
    return SYLLABLE.findall(unicodedata.normalize("NFC", pinyin.lower()))


def with_digit(syllable):
    """wěi as wei3."""
    decomposed = unicodedata.normalize("NFD", syllable)
    tone = next(MARKS[mark] for mark in decomposed if mark in MARKS)
    bare = "".join(letter for letter in decomposed if letter not in MARKS)
    return unicodedata.normalize("NFC", bare) + tone


def without_tone(syllable):
    return with_digit(syllable)[:-1]


def agrees(answer, entry, is_ambiguous=False):
    """The right point, or a question with it, and that only where the text is ambiguous."""
    assert entry.code in codes_in(answer), answer
    assert isinstance(answer, Question if is_ambiguous else Point), answer


def test_the_tests_cut_every_name_into_its_syllables():
    for entry in ENTRIES:
        assert "".join(syllables(entry.pinyin)) == entry.pinyin.lower()


@many
@given(numbered, st.data())
def test_no_spelling_of_a_code_finds_another_point(entry, data):
    letters = data.draw(st.sampled_from(LETTERS[entry.meridian].split()))
    zeros = data.draw(st.sampled_from(["", "0", "00"]))
    typed = letters + data.draw(st.sampled_from(BETWEEN)) + zeros + str(entry.number)
    typed = data.draw(cases)(typed)
    if data.draw(st.booleans()):
        typed = typed.translate(FULL_WIDTH)
    agrees(resolve(typed + data.draw(endings)), entry)


SEVERAL = {
    "L": ["LU", "LI", "LR"],
    "IG": ["LI", "SI"],
    "C": ["HT", "CV"],
    "S": ["ST", "SP", "SI"],
    "H": ["HT", "LR"],
    "B": ["SP", "BL"],
}


@many
@given(st.sampled_from(sorted(SEVERAL)), st.integers(1, 70), st.sampled_from(BETWEEN))
def test_a_letter_of_several_meridians_asks_unless_the_number_decides(letter, number, between):
    meridians = SEVERAL[letter]
    codes = [f"{code}{number}" for code in meridians if f"{code}{number}" in BY_CODE]
    answer = resolve(f"{letter}{between}{number}")
    assert label(answer) in ("AMBIGUOUS:" + "|".join(codes), *codes[:1], "UNKNOWN")
    assert isinstance(answer, (Refusal, Point, Question)[min(len(codes), 2)])


def test_a_letter_asks_where_one_of_its_points_is_to_be_avoided_in_pregnancy():
    avoided = {
        row["code"]
        for row in read_csv(DATA / "cautions.csv")
        if row["kind"].startswith("pregnancy:avoid")
    }
    for letter, meridians in SEVERAL.items():
        for number in range(1, 70):
            codes = [f"{m}{number}" for m in meridians if f"{m}{number}" in BY_CODE]
            if len(codes) > 1 and avoided.intersection(codes):
                assert resolve(f"{letter}{number}").codes == tuple(codes)
    assert resolve("S6").codes == ("ST6", "SP6", "SI6")
    assert resolve("4C").codes == ("HT4", "CV4")


def test_a_name_beside_such_a_letter_decides_as_long_as_it_agrees():
    assert resolve("S6 Sanyinjiao").code == "SP6"
    assert resolve("C4 Guanyuan").code == "CV4"
    assert resolve("C4 Hegu").codes == ("LI4", "HT4", "CV4")


@many
@given(entries, st.data())
def test_no_spelling_in_pinyin_finds_another_point(entry, data):
    spelt = data.draw(st.sampled_from([str, without_tone, with_digit]))
    parts = [spelt(syllable) for syllable in syllables(entry.pinyin)]
    typed = data.draw(gaps).join(parts)
    typed = data.draw(cases)(typed).replace("ü", data.draw(st.sampled_from("üuv")))
    typed = unicodedata.normalize(data.draw(st.sampled_from(["NFC", "NFD"])), typed)
    twins = spelt is without_tone and PINYIN[plain(entry.pinyin)] > 1
    if entry.pinyin == "Zǐgōng":  # two points to the last tone, and "Zigongxue" is one of them
        assert entry.code in codes_in(resolve(typed))
    else:
        agrees(resolve(typed + data.draw(endings)), entry, twins)


@many
@given(entries, st.data())
def test_tones_may_be_given_for_some_syllables_only(entry, data):
    parts = [
        data.draw(st.sampled_from([str, without_tone]))(syllable)
        for syllable in syllables(entry.pinyin)
    ]
    answer = resolve(data.draw(gaps).join(parts))
    assert entry.code in codes_in(answer), answer


@many
@given(entries, st.data())
def test_no_mixture_of_scripts_finds_another_point(entry, data):
    pairs = zip(entry.traditional, entry.simplified, strict=True)
    typed = data.draw(st.sampled_from(["", " "])).join(
        data.draw(st.sampled_from(pair)) for pair in pairs
    )
    agrees(resolve(typed + data.draw(st.sampled_from(["", "穴", " 穴", "穴位", " xue"]))), entry)


@many
@given(st.sampled_from([entry for entry in ENTRIES if entry.english]), st.data())
def test_no_spelling_in_english_finds_another_point(entry, data):
    name = data.draw(st.sampled_from(entry.english))
    typed = name.replace(" ", data.draw(st.sampled_from([" ", "-", "", "  "])))
    typed = typed.replace("'", data.draw(st.sampled_from(["'", "’", ""])))
    typed = data.draw(st.sampled_from(["", "the ", "point "])) + data.draw(cases)(typed)
    agrees(resolve(typed), entry, name == "Outer Mound")


@many
@given(entries, st.data())
def test_a_name_with_its_code_is_that_point(entry, data):
    name = data.draw(st.sampled_from([entry.pinyin, plain(entry.pinyin), entry.traditional]))
    both = data.draw(st.permutations([name, entry.code]))
    agrees(resolve(data.draw(st.sampled_from([" ", ", ", " (", " - "])).join(both)), entry)


@many
@given(entries, entries)
def test_a_name_with_another_points_code_is_never_decided(named, coded):
    answer = resolve(f"{named.pinyin} {coded.code}")
    if named == coded or {named.code, coded.code} == {"CV19", "EX-CA1"}:
        assert answer == Point(coded.code)
    else:
        assert isinstance(answer, Question)
        assert {named.code, coded.code} <= set(answer.codes)


@many
@given(entries, st.data())
def test_a_changed_letter_gives_no_point_unless_it_makes_a_name(entry, data):
    letters = plain(entry.pinyin)
    place = data.draw(st.integers(0, len(letters) - 1))
    typed = letters[:place] + data.draw(st.sampled_from("aehinkoquxyz")) + letters[place + 1 :]
    answer = resolve(typed)
    if typed not in NAMES and typed.removesuffix("xue") not in NAMES:
        assert isinstance(answer, Guess | Refusal)


@many
@given(st.sampled_from(sorted(LETTERS)), st.integers(1, 10**9))
def test_a_number_past_the_end_is_refused(meridian, number):
    code = f"{meridian}{number}"
    if code not in BY_CODE and code != "GV29":
        answer = resolve(code)
        assert isinstance(answer, Refusal)
        assert all(BY_CODE[nearest].meridian == meridian for nearest in answer.nearest)


# --- Hostile texts ---------------------------------------------------------------------

HOSTILE = [
    "a" * 10_000,
    "1" * 10_000,
    "BL" + "4" * 10_000,
    "足" * 10_000,
    " " * 10_000 + "BL40",
    "e" + "\u0301" * 10_000,
    "a" + "\u0315\u0300\u05ae\u1dce" * 3_000,
    "(a+)+$" * 2_000,
    "((((((((((" * 1_000 + "x",
    "ﷺ" * 10_000,
    "\x00" * 100 + "BL40\x00",
    "\ud800BL40",
    "🙂" * 5_000,
    "li4 " * 3_000,
    "l" * 62 + "4",
    "24.5.5.5.5+++++",
    "..+..+.5",
    "'; DROP TABLE acupoints; --",
    "<script>alert(1)</script>",
    "%s %(code)s {0} {code}",
    "½ ¾ ↉ ௰ ㊿ ⒛ ④ ²³",
    "٣٦ ၃၆ ３６ 𝟛𝟞",
    "\u202eBL40\u202c",
    "ß ŉ ﬃ ǆ İ ı ſ",
]


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_answered(typed):
    assert isinstance(resolve(typed), Point | Question | Guess | Refusal)


@many
@given(st.text(max_size=200) | st.text("bl40 stLI+.-'穴足三里é\u0301\u200b", max_size=100))
def test_any_text_is_answered(typed):
    answer = resolve(typed)
    assert label(answer) == label(resolve(typed))
    assert len(cleaned(typed)) <= LONGEST


@given(st.sampled_from("\x00\u200b\u200e\u202e\u2066\ufeff\u00ad"), st.integers(0, 4))
def test_what_has_no_shape_changes_nothing(character, place):
    assert resolve("BL40"[:place] + character + "BL40"[place:]) == Point("BL40")


def test_digits_of_other_scripts_are_digits():
    assert resolve("ST٣٦") == resolve("ＳＴ３６") == resolve("ST³⁶") == Point("ST36")


def test_the_text_is_cut_after_it_was_normalised():
    assert cleaned("e\u0301" * 60 + " BL4") == "é" * 60 + " BL4"
    assert len(cleaned("ﷺ" * 10)) == LONGEST
    assert isinstance(resolve("ﷺ" * 4 + " BL40"), Refusal)


def test_nothing_is_read_behind_the_cut():
    assert resolve("point " * 11 + "BL40") == resolve("point " * 11)


def test_the_resolver_needs_neither_models_nor_a_database():
    code = (
        "import sys\nfrom acupoints.resolver import Resolver\n"
        "from acupoints.lexicon import read_entries\nResolver(read_entries())\n"
        "sys.exit('acupoints.models' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- The evaluation --------------------------------------------------------------------


def test_the_evaluation_parts_wrong_points_from_other_differences():
    rows = [("BL40", "BL40"), ("taichogn", "LR3"), ("BL40", "UNKNOWN"), ("BL40", "LI4")]
    rows += [("knee pain", "ST35"), ("wangu", "SI4"), ("wangu", "AMBIGUOUS:SI4|GB12")]
    result = evaluate(rows, RESOLVER)
    assert [typed for typed, _, _ in result.right] == ["BL40", "taichogn", "wangu"]
    assert result.wrong == [("BL40", "UNKNOWN", "BL40"), ("BL40", "LI4", "BL40")]
    assert result.differing == [
        ("knee pain", "ST35", "UNKNOWN"),
        ("wangu", "SI4", "AMBIGUOUS:SI4|GB12"),
    ]
