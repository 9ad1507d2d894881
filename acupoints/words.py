"""The words around a point's number or name, as they are written in several languages.

Tables only. Where a letter stands for several meridians it is listed under each, and the number
has to tell them apart, or the reader is asked.
"""

# Abbreviations: today's code first, then English, French, German, Spanish, Portuguese, Italian.
# A letter stands under every meridian for which a list in use has it: C is the heart (coeur) or the
# conception vessel, S the stomach, the spleen or the small intestine, H the heart or the hígado.
# One reading may be a point to avoid in pregnancy, so nobody's reading is taken for granted.
ABBREVIATIONS = {
    "LU": "LU LUN L",
    "LI": "LI LIN LINT L CO COL GI DI IG",
    "ST": "ST STO S E M MA",
    "SP": "SP SPL SPN BP RP MP MI S B",
    "HT": "HT HRT HE H C",
    "SI": "SI SINT ID IT IG DÜ DUE S",
    "BL": "BL BLA UB B V",
    "KI": "KI KID KD K R N NI",
    "PC": "PC PER PE P MC MH HC KS CS CX",
    "TE": "TE SJ TB TW TH TR TA TC 3E 3H 3W 3B",
    "GB": "GB G VB",
    "LR": "LR LV LIV L F LE H",
    "GV": "GV GOV DU TU VG DM TM LG",
    "CV": "CV CON REN RN JEN VC RM JM KG C",
}

# Meridians in words. The Chinese ones are simplified; the other script is read as that.
MERIDIANS = {
    "LU": "lung, lungs, poumon, poumons, lunge, pulmón, pulmão, polmone, 肺",
    "LI": (
        "large intestine, colon, gros intestin, dickdarm, intestino grueso, intestino grosso, "
        "grosso intestino, 大肠"
    ),
    "ST": "stomach, estomac, magen, estómago, estômago, stomaco, 胃",
    "SP": (
        "spleen, spleen pancreas, rate pancréas, milz, milz pankreas, bazo, baço, milza, "
        "bazo páncreas, baço pâncreas, milza pancreas, 脾"
    ),
    "HT": "heart, coeur, herz, corazón, coração, cuore, 心",
    "SI": (
        "small intestine, intestin grêle, dünndarm, duenndarm, intestino delgado, "
        "intestino tenue, 小肠"
    ),
    "BL": "bladder, urinary bladder, vessie, blase, vejiga, bexiga, vescica, 膀胱",
    "KI": "kidney, kidneys, rein, reins, niere, riñón, rene, 肾",
    "PC": (
        "pericardium, heart protector, heart governor, heart constrictor, circulation sex, "
        "master of the heart, péricarde, maître du coeur, maître coeur, perikard, "
        "kreislauf sexus, pericardio, pericárdio, 心包"
    ),
    "TE": (
        "triple energizer, triple energiser, triple burner, triple warmer, triple heater, "
        "three heater, three burner, sanjiao, san chiao, triple réchauffeur, "
        "dreifacher erwärmer, triple calentador, triplo aquecedor, triplice riscaldatore, 三焦"
    ),
    "GB": (
        "gallbladder, gall bladder, vésicule biliaire, gallenblase, vesícula biliar, "
        "vescica biliare, cistifellea, 胆"
    ),
    "LR": "liver, foie, leber, hígado, fígado, fegato, 肝",
    "GV": (
        "governor vessel, governing vessel, governor, governing, dumai, dumo, tumo, toumo, "
        "vaisseau gouverneur, lenkergefäß, vaso gobernador, vaso governador, "
        "vaso governatore, 督脉, 督"
    ),
    "CV": (
        "conception vessel, conception, directing vessel, renmai, renmo, jenmo, "
        "vaisseau conception, konzeptionsgefäß, vaso concepción, vaso concepção, "
        "vaso concezione, 任脉, 任"
    ),
}

EXTRA_GROUPS = ("HN", "CA", "B", "UE", "LE")
EXTRA = ("ex", "extra", "ex point", "extra point", "extra points")

# Words that say nothing about which point is meant.
FILLERS = """
    the of in on at to for and or is are what where how find which
    point points acupoint acupoints acupuncture acupressure acu acup pressure extrapoint extrapoints
    punkt punto ponto punt tsubo xue xuewei hyeol huyet
    meridian meridians channel channels vessel meridien meridiano
    no nr num number numero nummer location locations locate located position
    massage press pressing needle needling benefits function functions indications use uses
    image picture diagram chart map tcm left right both bilateral de del der des do da la el les
    穴 穴位 穴道 腧穴 经 的 位置 在 哪里 哪 ツボ つぼ の 혈 혈자리
"""
CHANNELS = "太阴 少阴 厥阴 阳明 太阳 少阳"  # with 手 or 足 before it, as in 足阳明胃经36

# Other systems that use the same names or numbers for other places.
FOREIGN = """
    ear ears auricular auriculo auriculotherapy scalp tung tungs reflex reflexology nogier koryo
    dog dogs cat cats horse horses canine feline equine bovine veterinary pet pets animal
    耳 耳针 头针 头皮
"""

# Words of the field that are no points, though some are a letter away from one.
NO_POINTS = """
    acupuncture acupressure moxibustion moxa cupping guasha tuina qigong taichi taiji fengshui
    yinyang wuxing zangfu jingluo yuanqi zongqi zhongqi weiqi yingqi zhengqi jingqi jinye
    taiyin shaoyin jueyin yangming shaoyang chongmai yinwei yinweimai yangwei yangweimai
    yinqiao yinqiaomai yangqiao yangqiaomai linggu dabai sanhuang
"""

# Spellings of one word for another's in English names of points.
AMERICAN = {
    "center": "centre",
    "labor": "labour",
    "splendor": "splendour",
    "humor": "humour",
    "tranquility": "tranquillity",
    "dyspnea": "dyspnoea",
    "mile": "miles",
}
LIGATURES = {"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "ħ": "h"}

# Characters of Japan and older forms, each before the simplified one that the names have.
VARIANTS = """
    気气 沢泽 経经 渓溪 労劳 霊灵 歩步 帯带 頬颊 聴听 豊丰 陥陷 満满 脳脑 処处 関关 郷乡
    栄荣 窓窗 顖囟 兪俞 鍾钟 郤郄 隠隐 歴历 営营 涜渎 渕渊 窌髎 糸丝 唖哑 瘂哑 聡聪 攅攒
    兎兔 侖仑 崘仑 崐昆 裏里 絕绝 絶绝 羶膻
"""

ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen"]
TEENS += ["fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty"]
HAN = "一二三四五六七八九"


def characters():
    """The Chinese characters of these tables."""
    texts = (FILLERS, FOREIGN, CHANNELS, HAN, "十手足", *MERIDIANS.values())
    return {letter for letter in "".join(texts) if letter.isalpha() and not letter.isascii()}


def number_words():
    """{word: number} to 69, in English and Chinese: thirtysix, 三十六."""
    words = dict(zip([*ONES, *TEENS], range(1, 20), strict=True))
    words |= {one: number for number, one in enumerate(HAN, 1)}
    for ten, word in enumerate(TENS, 2):
        words |= {word: ten * 10} | {word + one: ten * 10 + n for n, one in enumerate(ONES, 1)}
    for ten, word in enumerate(["十", *(one + "十" for one in HAN[1:6])], 1):
        words |= {word: ten * 10} | {word + one: ten * 10 + n for n, one in enumerate(HAN, 1)}
    return words
