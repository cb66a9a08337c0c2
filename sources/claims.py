"""Sentences that a clinician would stop before a visitor reads them.

A flagged passage is not published until someone lets it pass by name and reason. The rules only point; they judge
nothing: "no withdrawal" is flagged whether or not it is true. A needless flag costs a click and a missed claim may
harm, so the rules reach wide: they look for the ways in which clinic pages, leaflets, news and forum posts put each
kind of claim. Only the plainest denials ("has not been shown to", "there is no cure") are spared. Grounds: misleading
claims found in ketamine advertising (Crane and colleagues, JAMA Network Open, 2023) and safe-messaging guidance on
suicide.

Every repetition in a pattern has an upper bound, so that a long text takes time in proportion to its length.
"""

from __future__ import annotations

import re
from functools import cached_property

from msgspec import Struct


class ClaimRule(Struct, frozen=True, dict=True):
    """One kind of claim: `expression` says what finds it, `reason` tells the clinician why it was stopped."""

    name: str
    expression: str
    reason: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The expression, compiled when it is first looked for: a server need not wait for all of them when it starts."""
        return re.compile(self.expression, re.IGNORECASE)


class Claim(Struct, frozen=True):
    """A rule that fired, with the words that fired it."""

    rule: str
    words: str
    reason: str


def _any(*patterns: str) -> str:
    """Whichever of the patterns comes first, each beginning at the start of a word."""
    return r"\b(?:" + "|".join(patterns) + ")"


def _not_after(*words: str) -> str:
    """Spare what follows one of these words directly."""
    return "".join(f"(?<!{re.escape(word)} )" for word in words)


# Gaps: up to so many words, or the near, middle and far reach within one sentence.
_W1, _W2, _W3, _W4, _W6 = (rf"(?:[\w'’-]{{1,40}},?\s+){{0,{n}}}" for n in (1, 2, 3, 4, 6))
_NEAR, _REACH, _FAR = r"[^.!?]{0,30}", r"[^.!?]{0,60}", r"[^.!?]{0,100}"

_NT = r"(?:is|are|was|were|do|does|did|wo|ca|could|would|should|has|have|had|need)n['’]?t"
_NOT = rf"(?:not|never|cannot|{_NT})"
_NONE = (
    r"(?:no|zero|nil|without|hardly\s+any|barely\s+any|scarcely\s+any|(?:virtually|almost|practically"
    r"|next\s+to)\s+no\w*|(?<!a )little|(?<!a )few|minimal|negligible|none\s+of|not\s+(?:a\s+single|one|any)"
    rf"|not\s+even\s+an?|free\s+(?:of|from)|devoid\s+of|{_NT}\s+(?:\w+\s+)?(?:an?y?|one)|never\s+(?:\w+\s+)?(?:an?y?"
    r"|one)|minus|sans)"
)
_ESCAPE = (
    r"(?:skips|skip(?:ping)?\s+(?:the|all|every)|avoids|eliminat\w+|spar(?:e|es|ed|ing)|dodg\w+|sidestep\w*|bypass\w*"
    r"|escap\w+|(?:good)?bye\s+to|forget\s+(?:about|the)|no\s+more|rid\s+of|free\s+(?:of|from)|freedom\s+from|minus"
    rf"|sans|leaves?\s+behind|(?:never|{_NT}|not|no\s+longer)\s+(?:have\s+to|need\s+to|must)\s+(?:\w+\s+)?(?:deal"
    r"|worry|suffer|face|go|cope|put\s+up|live|endure|struggle|contend|fear))"
)
_OFTEN = r"(?:(?:is|are|was|were|remain|stay|tend\s+to\s+be|will\s+be|['’]re|['’]s)\s+(?:\w+\s+){0,2})"
_PLAYED_DOWN = (
    r"(?:myths?|made[\s-]up|invent(?:ed|ion)|imagin\w+|exaggerat\w+|over(?:blown|stated|hyped)|nonsense|hype|scare\w*"
    r"|rumou?rs?|off\s+the\s+table|(?:close|next|near\w*|down)\s+to\s+(?:nil|zero|nothing|none)|near\s+zero"
    r"|vanishing\w*|folklore|lie\b|all\s+in\s+(?:your|the|their)\s+heads?|unheard[\s-]of|non-?existent|non-?issue"
    r"|impossible|negligible|trivial|minimal|insignificant|out\s+of\s+the\s+question|thing\s+of\s+the\s+past"
    rf"|wives['’]?\s+tale|hoax|fairy\s*-?tale|fiction|(?:does|do)(?:n['’]?t|\s+not)\s+exist|(?:{_NT}|not"
    r"|never)\s+(?:\w+\s+)?(?:real|an?\s+(?:\w+\s+)?(?:issue|problem|concern|worry|risk|factor|danger|thing)"
    r"|something\s+(?:you|to|we|that)|possible|happens?|an\s+option)|never\s+(?:\w+\s+)?(?:happen\w*|occur\w*"
    r"|materiali[sz]\w*|c[ao]me?s?\s+up))"
)
_WELL = r"(?:fine|ok|okay|alright|all\s+right)"
_THEIR = r"(?:your|his|her|their|my|our|one['’]s|its|the)"
_SELF = r"(?:him|her|them|your|my|our|one)-?sel(?:f|ves)"
_NAMED = (
    r"(?:(?:es)?ketamine|spravato|ketalar|antidepressants?|ss?nris?|ssris?|snris?|maois?|tricyclics?|prozac"
    r"|fluoxetine|zoloft|sertraline|lexapro|(?:es)?citalopram|celexa|paxil|paroxetine|effexor|(?:des)?venlafaxine"
    r"|pristiq|cymbalta|duloxetine|wellbutrin|bupropion|remeron|mirtazapine|luvox|fluvoxamine|trazodone|vortioxetine"
    r"|trintellix|viibryd|amitriptyline|lithium)"
)
_DRUG = (
    rf"(?:{_NAMED}|troch\w+|lozenges?|infusions?|nasal\s+spray|pills?|tablets?|medicines?|medications?|meds"
    r"|treatments?|therap(?:y|ies))"
)
_ILLNESS = (
    r"(?:depress\w+|ptsd|anxiety|illness|sadness|despair|misery|trauma|darkness|disorder|mental\s+pain|low\s+mood|ocd"
    r"|blues|panic|hopelessness|symptoms?)"
)
_STOP = (
    r"(?:stop(?:s|ped|ping)?|quit(?:s|ting)?|(?:com|gett|go|wean)(?:e|ing)\s+off|c[ao]mes?\s+off|get\s+off"
    r"|g[eo]t?\s+off|wean\w*|ditch\w*|drop(?:ped|ping)?|discontinu\w+|(?:go|going|went)\s+without|finish\w*|walk(?:ed"
    r"|ing)?\s+away|leav(?:e|ing))"
)
_WITHDRAWAL = (
    r"(?:withdraw(?:als?)?|dependen(?:ce|cy)|discontinuation|(?:brain\s+)?zaps?|rebound|come-?downs?|taper\w*"
    r"|wean\w*)"
)
_ADDICT = (
    r"(?:addict(?:s|ed|ive|ing|ions?)?|habit[\s-]forming|hooked|crav(?:e|es|ed|ing|ings)|dependen(?:t|ce|cy|cies)"
    r"|abus(?:e|ed|able)|misus(?:e|ed)|reliant|reliance|strung\s+out)"
)
_HARM = (
    r"(?:risks?(?!\s+factors?)|risky|dangers?|dangerous|harm(?:s|ful)?|hazards?|hazardous|threats?|damage"
    r"|toxic(?:ity)?|complications?|downsides?|drawbacks?|catch|ill\s+effects|lasting\s+effects|harmed|perils?"
    r"|injur(?:y|ies))"
)
_ORGAN = (
    r"(?:hearts?|liver|bladder|kidneys?|stomach|gut|brain|memory|sleep|libido|sex\s+(?:life|drive)|weight|waistline"
    r"|appetite|blood\s+pressure|bab(?:y|ies)|fetus|pregnancy|breast\s*milk|child|body|bodies|system|mind|personality"
    r"|emotions|day|routine|energy|concentration|focus)"
)
_SYMPTOM = (
    r"(?:nausea|nauseous|weight[\s-]gain|gain(?:ing)?\s+weight|pounds|drows\w+|sexual|libido|insomnia|headaches?"
    r"|fog(?:gy)?|numb(?:ness|ed)?|grogg\w+|jitter\w*|dry\s+mouth|dizz\w+|sluggish\w*|hang-?overs?|zombie|sedat\w+"
    r"|fatigue|shakes|shakiness|crash(?:es)?|queas\w+|flat\s+sex|high\b|trips?\b)"
)
_SIDE_EFFECTS = (
    r"(?:side[\s-]*effects?|(?:adverse|unwanted|unpleasant|bad|negative|undesirable|nasty|untoward"
    r"|harmful)\s+(?:\w+\s+)?(?:effects?|reactions?|events?|symptoms?|experiences?)|after-?effects?|complaints"
    r"|tolerability\s+\w+)"
)
_ALL_HAVE = _not_after(
    *(f"no {noun} is" for noun in ("medicine", "drug", "treatment", "antidepressant", "medication", "ssri"))
)
_CLEARED = (
    r"(?:approv(?:ed|es|e|al|als|ing)|clear(?:ed|ance|s)|green[\s-]*light\w*|licen[sc]ed?|authori[sz]\w+|sanctioned"
    r"|endors\w+|indicat(?:ed|ion)|certified|signed\s+off|blessing|blessed|on-label|okay(?:ed|s)|ok['’]?(?:ed|d)"
    r"|the\s+nod|recogni[sz]e[sd]|backed|backing|rubber-?stamp\w*|thumbs[\s-]up|go[\s-]ahead|stamp\s+of|seal\s+of"
    r"|legali[sz]ed|pass(?:ed|es)|allow(?:s|ed)|permit(?:s|ted)|agrees?|supports|ruled|review)"
)
_REGULATOR = (
    r"(?:fda|f\.d\.a|food\s+and\s+drug|federal(?:ly)?|government|regulators?|regulatory|officially|mhra|ema|nice"
    r"|health\s+canada|medicines?\s+agency|authorities|washington|uncle\s+sam|agency)"
)
_CLINIC_KETAMINE = (
    r"(?:ketamine|troch\w+|lozenges?|infusions?|iv\s+(?:therapy|treatments?|drip)|drips?|compounded\s+\w+|(?:our"
    r"|these)\s+(?:\w+\s+)?(?:treatments?|therap(?:y|ies)|protocols?|programs?|medicines?|clinics?|sprays?))"
)
_DENIED = _not_after(
    "not",
    "n't",
    "n’t",
    "never",
    "not been",
    "n't been",
    "not yet",
    "not yet been",
    "not currently",
    "not fda",
    "no",
    "without",
    "without fda",
    "no fda",
    "lacks",
    "lack",
    "lacks fda",
    "nor",
    "neither",
    "not formally",
    "never been",
    "not specifically",
    "their",
    "than",
)
_FOR_ANAESTHESIA = (
    r"(?!\s+(?:only|solely|just|(?:the\s+)?esketamine|spravato)\b)(?![^.!?]{0,60}\b(?:ana?esthe|surg"
    r"|sleep)(?![^.!?]{0,80}(?:depress|mood|anxi|ptsd|mental|suicid)))(?!\s+drugs?\b)"
)
_SUICIDE = (
    r"(?:suicid\w{1,20}\b|self[\s-]harm\w*|want\w*\s+to\s+die|death\s+wish|end(?:ing)?\s+it\s+all|(?:thoughts?"
    rf"|thinking|ideas?|urges?|wish\w*|desires?|talk\w*|dream\w*|plans?|impulses?)\s+(?:of|to|about)\s+{_W2}(?:dying"
    r"|death|die|end|ending|kill\w*|hurt\w*|giving\s+up)|(?:tak|end)(?:e|es|ing|s"
    rf"|ed)?\s+{_THEIR}\s+(?:own\s+)?(?:life|lives)|kill(?:ing|ed)?\s+{_SELF}|die\s+by|dying\s+by"
    r"|dark(?:est)?\s+thoughts)\b"
)
_UNPROVEN = (
    r"(?!\s+(?:\w+\s+){0,3}(?:(?:has|have|is|are|was)(?:\s+not|n['’]t)|remains?)\s+(?:\w+\s+){0,2}(?:shown|proven"
    r"|known|clear|certain|established|unknown|unclear|unproven))"
)
_ACTS = (
    r"(?:prevent(?:s|ed|ing)?|stop(?:s|ped)?|reduc\w+|reliev\w+|relief\s+from|eliminat\w+|(?:switch|turn"
    r"|shut)\w*\s+(?:\w+\s+)?(?:off|down)|wip\w+|eras\w+|banish\w*|block\w*|halt\w*|cuts?|cutting|lower(?:s|ed|ing)?"
    r"|lessen\w*|quiet\w*|silenc\w+|calm\w*|eas(?:e|es|ed|ing)|dissolv\w+|melt\w*|clears?|cleared|remov\w+|tak(?:es"
    r"|ing|e)\s+away|took\s+away|lift(?:s|ed)?|ends|ended|end|keep\w*|kept|protect(?:s|ed|ing|ive|ion)?|sav(?:es|ed"
    r"|e)|guards?|shield\w*|immun\w+|free[sd]?|freedom|rid|revers\w+|resolv\w+|dampen\w*|halv\w+|slash\w*|rescue\w*"
    r"|combats?|fights?|curb\w*|dial\w*|shrink\w*|shr[au]nk|no\s+longer|no\s+more|never\s+(?:\w+\s+)?(?:th(?:ink"
    r"|ought)|want|consider|feel|attempt|dream)\w*|less\s+likely|unlikely|safe\s+from|dr[oi]v\w+\s+(?:out|away)"
    r"|snuff\w*|extinguish\w*|knock\w*\s+out|stav\w+\s+off|ward\w*\s+off|pull\w*|steer\w*|drops?|dropped|kills?"
    rf"|cures?|erad\w+|abolish\w*|neutrali[sz]\w+|goodbye|antidote|answer\s+to|solution\s+to|solves?|(?:{_NT}|not"
    r"|never|without)\s+(?:ha[ds]|having|have|experienced?|a\s+single|one)|forget\w*|forgot|(?:lose|loses|lost"
    rf"|let\s+go\s+of)\s+(?:the|all|any|every|his|her|my|their)\s+(?=suic|urge|wish|desire|thought)|(?:{_NT}|not"
    r"|stopped|quit)\s+(?:\w+\s+)?(?:think|want|consider|feel\s+like|dream|wish)\w*)"
)
_VANISHES = (
    r"(?:vanish\w*|disappear\w*|gone|(?<!n't )(?<!n’t )(?<!not )go(?:es)?\s+away|went\s+away|lift(?:s|ed|ing)?"
    r"|melt\w*|dropp?(?:s|ed)?|fell|fall\s+away|plummet\w*|dissolv\w+|ceas\w+|evaporat\w+|quiet(?:s|en|ens|ed|er)?"
    r"|silent|silenced|no\s+longer|over\s+with|switch\w*\s+off|turn\w*\s+off|shut\s+\w+|wiped|went\s+\w+|decreas\w+"
    r"|reduced|lessen\w*|subsid\w+|(?<!n't )(?<!not )stop|stops|eas(?:e|es|ed)|fad(?:e|es|ed)|thing\s+of\s+the\s+past"
    r"|history|behind\s+(?:you|me|them|her|him)|under\s+control|(?<!n't )(?<!not )prevented|halved|zero|resolv\w+"
    r"|let\s+go|loosen\w*|erased|off\s+the\s+table|stay\w*\s+away|at\s+bay|hopeful|cleared|shr[aiu]nk\w*|improve\w*)"
)
_BETTER = (
    r"(?:better|relief|relieved|improv\w+|lighter|happ(?:y|ier|iness)|recover\w*|respon(?:d|ds|ded|se)|well|results?"
    r"|work(?:s|ed)?|succe\w+|benefit\w*|smil\w+|remission|changed|transformed|new|hope\w*|calm\w*|normal|free|whole"
    r"|alive|great|good|amazing|fantastic|yourself|themselves|themself|himself|herself|myself|difference|cured"
    r"|progress|turn(?:ed)?\s+(?:the|a)\s+corner|like\s+(?:a|the|your|their|you)|old\s+self|joy\w*|peace\w*|fine"
    r"|strong\w*|love[sd]?|swear\w*|brighter|energ\w+)"
)
_ACHIEVES = (
    r"(?:work|lift|improve|ease|relieve|end|fix|heal|restore|transform|bring|give\s+you|boost|bounce|get\s+(?:you|rid"
    r"|better)|go|disappear|vanish|fade|melt|be\s+(?:gone|over|history|lifted|better|a\s+thing)|change\s+(?:your"
    r"|the\s+way)|make\s+(?:you|it)|help\s+(?:you|them|him|her)|take\s+away|kick\s+in|pull\s+you|turn\s+(?:your"
    r"|things)|set\s+you|beat|leave\s+you|calm|put\s+(?:you|your|an\s+end)|deliver|succeed|save|erase|clear|brighten"
    r"|feel)"
)
_NUMBER = (
    r"(?:\d{1,3}(?:[.,]\d{1,3})?|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\s-](?:one|two|three"
    r"|four|five|six|seven|eight|nine|something|odd))?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|(?:an?|one|two|three|four|five|\d)\s+(?:hundred"
    r"|thousand|dozen)|a\s+couple\s+of)"
)
_CITED = r"(?![^.!?(]{0,300}(?:\([^()]{0,200}\)[^.!?(]{0,300}){0,2}\([^()]{0,200}\b(?:19|20)\d{2})"
_MASS = (
    r"(?:mgs?|milligram(?:me)?s?|mcgs?|[µμ]gs?|microgram(?:me)?s?|mls?|millilit(?:er|re)s?|ccs?|grams?|grammes?|mg/kg"
    r"|teaspoons?|tablespoons?|drops|mils?)\b"
)
_PIECES = (
    r"(?:pills?|tablets?|capsules?|tabs?|caps?|sprays?|squirts?|puffs?|pumps?|lozenges?|troch\w+|devices?|gumm(?:y"
    r"|ies))\b"
)
_LETHAL = r"(?:lethal|fatal|deadly)"
_PEOPLE = (
    r"(?:patients?|persons?|people|clients?|folks|veterans?|vets|visitors?|members?|users|customers?|women|men|adults"
    r"|teens|moms)"
)

RULES = (
    ClaimRule(
        "no-withdrawal",
        _any(
            r"(?:no|without(?!\s+(?:talking|speaking|asking|telling|advice|medical|guidance|first|help|checking"
            r"|consulting))|not\s+(?:\w+\s+)?cause|never\s+causes?|free\s+(?:of|from)|lower\s+risk\s+of|(?:less"
            rf"|little|fewer|zero|minimal|nil)|hardly\s+any|barely\s+any|not\s+any|{_NT}\s+(?:\w+\s+)?(?:cause"
            r"|produce|lead\s+to|bring|trigger|create|involve|carry|come\s+with|have|get|give|see|experience|suffer"
            rf"|worry|face|any))\b[^.!?]{{0,60}}\b{_WITHDRAWAL}\b",
            rf"{_ESCAPE}\b[^.!?]{{0,60}}\b(?:{_WITHDRAWAL}|shak\w+|coming\s+off|quitting|stopping)\b",
            rf"{_WITHDRAWAL}\b{_REACH}\b{_PLAYED_DOWN}\b",
            rf"{_WITHDRAWAL}\b(?:\s+\w+)?\s+{_OFTEN}(?:rare|easy|nothing|unlikely|unnecessary|needless|optional"
            r"|over(?:rated|kill)|harmless|a\s+breeze|manageable)\b",
            rf"(?:nothing|no\s+(?:need|reason)|{_NOT}\s+(?:have|need|bother|require\w*))\s+(?:to"
            rf"|for)?\s*{_W2}(?:taper\w*|wean\w*|come\s+(?:down|off)|step\s+down|cut\s+down|ease\s+off"
            r"|go\s+slow(?:ly)?)\b",
            r"no\s+(?:\w+\s+)?(?:taper\w*|weaning|tail-?off)\b|(?:taper|wean)\w*\s+(?:\w+\s+){0,4}(?:unnecessary"
            r"|waste|pointless|overkill|outdated|old-fashioned|optional|skipped)|skip\w*\s+(?:the\s+)?taper\w*"
            r"|nothing\s+(?:ever\s+)?happens|nothing\s+behind|(?:skip|miss)\s+a\s+beat"
            r"|(?:taper\w*)\s+(?:\w+\s+)?(?:unnecessary|(?:not|n['’]t)\s+(?:need|req)\w*)",
            rf"(?:can|could|may|simply|just|{_WELL}\s+to|safe\s+to|free\s+to)\s+(?!not\b"
            rf"|never\b)(?:\w+\s+){{0,2}}{_STOP}\b{_REACH}\b(?:sudden(?:ly)?|abruptly|overnight|cold\s+turkey"
            r"|any\s*time|whenever|one\s+day\s+to\s+the\s+next|right\s+away|straight\s+away|immediately|at\s+once"
            r"|today|tomorrow|just\s+like\s+that|without)\b",
            r"(?:went|go(?:ne)?|ditch\w*|dropp\w*|stopped|came\s+off|(?:i|we|he|she|just|simply"
            rf"|can)\s+quit)\b(?<!go){_REACH}\bcold\s+turkey\b",
            rf"{_STOP}\b[^.!?]{{0,80}}\b(?:(?:go|goes|went|feel|felt|be|was|were"
            rf"|am)\s+(?:\w+\s+)?(?:back\s+to\s+(?:how|normal)|{_WELL}|normal)|(?<!not )(?:no|any|zero"
            r"|without)\s+(?:\w+\s+)?(?:issues?|trouble|hitch|fuss|bother|worries|drama|difficult\w*|ill\s+effects?"
            rf"|consequences?|repercussions|aftermath)|without\s+{_W3}(?:noticing|feeling|knowing)|(?:feel|felt"
            rf"|notic\w+)\s+(?:nothing|a\s+thing)|(?:{_NT}|not|never|barely|hardly)\s+(?:even\s+)?(?:feel"
            r"|notice)\s+(?:a|any)|smooth\w*|on\s+the\s+spot|easier\s+than|all\s+in\s+(?:your|the|their)\s+heads?"
            r"|(?:is\s+)?no\s+harder\s+than|(?:a|total|complete)\s+breeze|piece\s+of\s+cake|no\s+sweat"
            r"|(?<!not )(?<!n't )(?<!always )eas(?:y|ily)|(?<!not )painless\w*|effortless\w*|never\s+looked\s+back"
            r"|with\s+ease|nothing\s+(?:\w+\s+)?(?:happen\w*|chang\w+)|the\s+(?:moment|minute|day|second)\s+you"
            r"|as\s+(?:simple|easy|quick)\s+as|makes?\s+no\s+difference)\b",
            r"(?<!not )(?<!n't )(?:easy|easiest|simple|painless|effortless|a\s+breeze|a\s+snap"
            rf"|a\s+cinch)\s+{_W2}(?:to|for\s+\w+\s+to)\s+{_STOP}\b",
            rf"(?:feel|notice)\s+a\s+thing\b|bod(?:y|ies)\s+(?:{_NOT}|will\s+not)\s+(?:even\s+)?(?:notic|miss|crav"
            r"|react|protest|rebel)\w*",
            rf"{_STOP}\s+{_W3}(?:any\s*time|whenever\s+you|when\s+you\s+(?:like|want|please))\b",
            r"put\b[^.!?]{0,40}\baway\b[^.!?]{0,40}\bnormal\b|(?:miss|skip)\w*\s+(?:\w+\s+){0,4}(?:dos\w+|pills?"
            r"|days?|tablets?)\b[^.!?]{0,30}\b(?:no\s+(?:difference|problem|big|harm)"
            rf"|{_NOT}\s+(?:\w+\s+)?(?:matter|hurt|notice)|{_WELL})\b",
        ),
        "says or suggests that stopping has no effects",
    ),
    ClaimRule(
        "not-addictive",
        _any(
            r"non-?\s?(?:addict\w+|habit\w*|dependen\w+)|(?:addiction|dependenc[ey])-free",
            rf"(?:{_NOT}|neither|nor)\s+(?!(?:clear|known|sure|only|usually|often|always|the\s+same|been\s+classed"
            rf"|just|use|take|share)\b){_W2}{_ADDICT}\b(?!\s+to\s+(?:alcohol|opioids))",
            rf"(?:{_NOT}|will\s+not)\s+(?:make|turn|leave|get|have|lead|develop|become|end\s+up)\s+{_W4}{_ADDICT}\b",
            r"(?:no(?!\s+(?:history|past|personal|prior|longer)\b)|nobody|no[\s-]one|nil|zero|none|free\s+(?:of|from)"
            r"|minus|minimal|negligible|(?<!a )little|low(?:er)?|reduced|(?:virtually|practically|almost"
            rf"|next\s+to)\s+no\w*|without(?!\s+(?:talking|speaking|asking|telling)))\s+{_W6}{_ADDICT}\b",
            rf"{_ADDICT}\b(?:\s+\w+)?[^.!?]{{0,40}}\b{_PLAYED_DOWN}\b|{_ADDICT}\s+(?:\w+\s+)?{_OFTEN}(?:rare|unlikely"
            r"|low)\b",
            r"unlike\s+(?:\w+\s+)?(?:opioids?|opiates?|benzo\w*|xanax|valium|heroin|alcohol|nicotine|cigarettes"
            rf"|cocaine|painkillers|street)\b{_FAR}\b(?:{_NOT}|no|nothing|without|zero)\b",
            r"(?:less|no\s+more|more|as|about\s+as)\s+(?:\w+\s+)?(?:addictive|habit[\s-]forming)(?:\s+(?:than|as))",
            r"(?:put\s+it\s+down|walk\s+away|take\s+it\s+or\s+leave\s+it|leave\s+it\s+alone)\b"
            rf"|tolerance\s+{_NOT}\s+\w+|(?:{_NOT}|no|without)\s+{_W4}tolerance\b"
            rf"|{_NT}\s+something\s+{_W4}{_ADDICT}\b",
            rf"(?:impossible|unable|hard|difficult)\s+(?:\w+\s+)?to\s+{_W3}{_ADDICT}\b",
        ),
        "says that a medicine is not addictive",
    ),
    ClaimRule(
        "safe",
        _any(
            r"(?:very|completely|perfectly|totally|proven|extremely|absolutely|entirely|remarkably|incredibly|100\s?%"
            r"|so)\s+safe|safe,|safer|safest|safe\s+(?:and|option|treatment|alternative|everyone|administration|way"
            r"|medication|medicine|choice|bet|drug|therapy|for\s+everyone)\b"
            r"|(?<!not )(?<!not be )(?<!n't )(?<!n't be )(?<!never )safe\s+(?:for|with|to|in|during|even|at|enough"
            r"|while|as)\b|as\s+(?:safe|secure)|(?:perfectly|totally|completely|absolutely|entirely|just)\s+(?:fine"
            r"|ok|okay|natural|normal)\b|(?:is|are|was)\s+(?:\w+\s+)?safe\b|no\s+risks?\b|risk-free",
            rf"{_not_after('how to', 'store', 'stored')}(?:can|may|could)\s+(?:be\s+)?(?:\w+\s+)?safely\b"
            r"|safely\s+(?:take|use|mix|combine|drink|drive|stop|continue|skip|give|taken|used|combined|mixed|enjoy"
            r"|at\s+home)\b",
            rf"{_not_after('not', 'n’t', 'never')}(?<!n't )(?:harmless\w*|innocuous|foolproof|worry-free|danger-free"
            r"|hassle-free|fail-?safe|non-?toxic|benign|fool-proof|carefree)\b",
            r"(?:no(?!\s+(?:medicine|drug|treatment|medication)\b)|zero|(?<!not )(?<!never )without|little"
            rf"|hardly\s+any|barely\s+any|not\s+any|{_NT}\s+(?:\w+\s+)?any|(?:pos|carr|pres|bring|involv"
            rf"|caus)\w+\s+no|free\s+(?:of|from)|negligible|minimal|nor|{_NOT}\s+(?:\w+\s+)?(?:an?|pose|cause"
            rf"|do))\s+{_W3}{_HARM}\b",
            rf"(?:less|lower|fewer|reduced|smaller|(?:{_NT}|not|never|hardly|no\s+more|no)\s+(?:\w+\s+)?)\s*(?:risky"
            r"|dangerous|risks|harmful|hazardous|toxic|complications)\b",
            r"nothing\s+(?:(?!has|have|had)\w+\s+){0,2}to\s+(?:\w+\s+)?(?:worry|fear|(?:be|feel|get)\s+\w+|lose|fret"
            r"|dread|stress)|nothing\s+(?:bad|scary|dangerous|serious)\b|(?:nothing|what)\s+(?:can|could|ever"
            r"|will)\s+(?:possibly\s+)?go(?:es)?\s+wrong",
            r"no\s+(?:need|reason|cause|grounds)\s+(?:\w+\s+)?(?:to|for)\s+(?:\w+\s+)?(?:worr\w+|fear|(?:be"
            r"|feel)\s+\w+|concern|alarm|panic|fret|caution|doctors?|supervision|monitor\w*|(?:a\s+)?safety|blood"
            r"|tests?|check\w*|bother|prescription|(?:ask|tell|see|consult|involve|call|contact|have|wait)\s+(?:your"
            r"|a|the|with|some\w+|any\w+))",
            rf"(?:{_NT}|not|never)\s+(?:\w+\s+)?(?:need|require)s?\s+(?:(?:any|some)(?:body|one)|an?\s+(?:doctor"
            r"|nurse|prescription|driver|sitter|monitor)|(?:medical\s+)?supervision|monitor\w*|to\s+(?:tell|see|check"
            r"|ask|monitor|be\s+(?:watched|monitored|supervised)|stay|wait|avoid))|if\s+it\s+(?:were"
            r"|was)\s+(?:dangerous|unsafe|risky|harmful)",
            rf"(?:{_NT}|not|never|no\s+need\s+to|stop|quit)\s+(?:have\s+to|need\s+to|be|feel|get"
            rf"|let)?\s*{_W1}(?:worry|worried|worrying|fear(?:ful)?|fret|panic|scared|stress|afraid(?!\s+to\s+(?:ask"
            r"|call|tell|speak|talk|say|reach|seek|bring)))\b",
            r"rest\s+assured|peace\s+of\s+mind|with\s+(?:total\s+|complete\s+|full\s+)?confidence|have\s+no\s+fear"
            r"|fear\s+not|worr(?:y|ies)\s+about\s+nothing|don['’]?t\s+believe\s+the|scaremonger\w*|no\s+big\s+deal"
            r"|put\s+your\s+mind\s+at|without\s+(?:a\s+second\s+thought|(?:\w+\s+)?(?:worry\w*|fear|concern"
            r"|hesitat\w+|thinking|(?:any\s+)?(?:problems?|issues?|trouble|incident|difficult\w+)))|(?:zero"
            r"|no)\s+worries|fears?\s+\w+\s+(?:unfounded|overblown|groundless)|\w+\s+have\s+nothing\s+to\s+worry",
            rf"(?:{_NT}|not|never|cannot)\s+(?:\w+\s+)?(?:hurt|harm|damage|injure|endanger|kill|poison)\b",
            rf"(?:{_NT}|not|never|cannot)\s+(?:\w+\s+)?(?:affect|reach|touch|strain|tax|stress|bother|interact"
            rf"|interfere|raise|reach|pass|cross|mess|react)\s+(?:\w+\s+){{0,2}}(?:{_ORGAN}|alcohol|other|anything"
            r"|any|medic\w+)\b",
            r"well[\s-]tolerated|tolerated?\s+(?:very|extremely|so|remarkably|really|it\s+well|them\s+well|well)\b"
            r"|(?:gentle|gentler|kind|kinder|easy|easier|soft|light)\s+on\b|gentle(?:r|st)?\s+(?:enough|medicine"
            r"|medication|treatment|alternative|option|drug|and|,|way|approach)|(?:so|very|is|are)\s+gentle",
            r"(?:as|than|like)\s+(?:an?\s+|taking\s+(?:an?\s+)?|your\s+(?:\w+\s+)?|drinking\s+)?(?:aspirin|tylenol"
            r"|ibuprofen|advil|vitamins?|candy|coffee|chocolate|tea|water|multivitamin|paracetamol|caffeine|mints?)\b"
            r"|all[\s-]natural|(?:100\s?%|completely|purely|totally)\s+natural",
            rf"{_not_after('not', 'n’t')}(?<!n't )(?:{_WELL}|no\s+(?:problem|harm|issue))\s+(?:to"
            r"|if\s+you)\s+(?:\w+\s+)?(?:drink|drive|mix|combine|take|double|skip|use|have|stop|quit|continue|keep"
            r"|stay|breastfeed|nurse|crush|split|share|go)\b",
            r"(?:wine|beers?|alcohol|drinks?|drinking|cocktails?|pregnan\w+|breast-?feed\w+|nursing|driv(?:e"
            rf"|ing))\b[^.!?]{{0,50}}\b(?<!not )(?<!n't )(?:is|are|be|['’]s)\s+(?:\w+\s+)?(?:{_WELL}|no\s+(?:problem"
            r"|issue|big)|not\s+an?\s+\w+|n['’]t\s+an?\s+\w+)",
            r"drive\s+(?:yourself|straight|right\s+(?:back|home|away)|to\s+work|back\s+to|the\s+same)\b",
            r"(?:not\s+(?:one|a\s+single)|never\s+(?:yet\s+)?(?:had|seen|heard\s+of|lost|witnessed)|has\s+(?:ever"
            r"|never)\s+(?:been\s+)?(?:hurt|harmed|killed|died)|(?:nobody|no[\s-]one)\s+(?:\w+\s+){0,4}(?:hurt|harmed"
            r"|died|dies|complain\w*))\b",
            r"(?:impossible|can(?:no|['’])t)\s+(?:\w+\s+)?overdose|(?:overdose"
            r"|overdosing)\s+is\s+(?:\w+\s+)?impossible|as\s+(?:much|many|often|long)\s+as\s+(?:you|they)\s+(?:like"
            r"|want|please|need|wish)",
            r"(?:any(?:one|body)|every(?:one|body))\s+can\s+(?:\w+\s+)?(?:take|use|have|try|benefit)"
            r"|(?<!not )(?<!n't )(?<!never )(?:suitable|right|appropriate|ideal|perfect|good)\s+for\s+(?:every(?:one"
            r"|body)|any(?:one|body)|all\s+ages|people\s+of\s+(?:all|any)|(?:young|old)\s+and|the\s+whole\s+family"
            r"|all\s+(?:adults|patients))",
            r"time-tested|tried[\s-]and[\s-](?:tested|true)|decades\s+of\s+(?:\w+\s+)?use|track\s+record"
            r"|safety\s+record|(?:excellent|outstanding|impressive|superior|better|favou?rable|great|strong|unmatched"
            r"|remarkable|good|stellar|solid|spotless)\s+(?:\w+\s+)?(?:safety|profile|record)",
            r"(?:nothing|no)\s+(?:\w+\s+)?(?:long[\s-]term|lasting|permanent|serious|lingering)\s+\w+",
            r"(?:so\s+(?:mild|safe|gentle|light)|give\s+it\s+to\s+an?\s+(?:\w+\s+)?(?:child|baby|kid))|(?:mixes|mix"
            r"|combines?|goes|go)\s+(?:\w+\s+)?(?:well|fine|safely|happily|perfectly)\s+with\b",
        ),
        "calls a treatment safe, or safer than another, or caution needless",
    ),
    ClaimRule(
        "fewer-side-effects",
        _any(
            r"(?:fewer|less(?!\s+(?:common|frequent|serious|likely))|lower|milder|better|no|without|gentler"
            rf"|easier)\s+{_W3}{_SIDE_EFFECTS}",
            rf"{_ALL_HAVE}(?<!not )(?<!n't ){_NONE}\s+{_W3}{_SIDE_EFFECTS}",
            r"(?:mild|minor|tiny|slight|trivial|negligible|manageable|tolerable|insignificant|harmless"
            rf"|nuisance)\s+{_W2}{_SIDE_EFFECTS}",
            rf"{_SIDE_EFFECTS}\b[^.!?]{{0,40}}\b(?:{_PLAYED_DOWN}|{_OFTEN}(?:mild|minor|rare|few|nothing|none"
            r"|short-?\s?lived|manageable|tolerable|harmless|tiny|slight|temporary|unusual|uncommon|unlikely|fleeting"
            r"|gone|over)|(?:always|all|quickly|soon|completely)\s+(?:\w+\s+)?(?:vanish\w*|disappear\w*|fad\w+"
            r"|pass(?:es)?|go(?:es)?|wear\w*))\b",
            rf"{_ALL_HAVE}{_ESCAPE}\b[^.!?]{{0,50}}\b(?:{_SIDE_EFFECTS}|{_SYMPTOM})",
            rf"without\s+(?:\w+ing|the|any|a|your|all)\s+{_W3}(?:{_SYMPTOM}|{_ORGAN})\b",
            rf"(?:{_NT}|not|never)\s+(?:\w+\s+){{0,2}}(?:gain|pack\s+on|put\s+on|get|make|leave|turn|lose|upset"
            r"|affect|mess|cause|give|kill|ruin|dull|cloud|flatten|rob|disrupt|disturb|touch|interfere"
            rf"|feel\s+like\s+a)\b{_NEAR}\b(?:{_SYMPTOM}|stomach|libido|sex\s+(?:life|drive)|weight|waistline"
            r"|appetite|memory|bladder|liver|drunk|flat|emotions?|personality|sleepy|tired|sick)\b",
            rf"no\s+(?:\w+\s+)?{_SYMPTOM}|{_SYMPTOM}\b[^.!?]{{0,40}}\b{_PLAYED_DOWN}\b|(?:keep"
            r"|hold\s+on\s+to)\s+your\s+(?:sex|libido|waist|figure|appetite|energy)",
            r"(?:rarely|hardly|never|seldom|barely|few|nobody|no[\s-]one)\b[^.!?]{0,40}\b(?:report\w*|complain\w*"
            r"|mention\w*|notic\w+)\b|(?:anything|nothing|little)\s+(?:worse|more)\s+than|none\s+of\s+(?:the|its"
            r"|their|those)\s+(?!drugs|medicines|people|trials|studies|antidepressants|treatments|above)\w+|(?:feel"
            r"|felt)\s+(?:absolutely\s+)?nothing\b",
            r"(?:complaints|problems|effects|symptoms|issues|reactions|troubles?)\s+(?:\w+\s+)?(?:(?:do|does|did"
            r"|wo)n['’]?t|never|rarely|seldom|hardly\s+ever)\s+(?:\w+\s+)?(?:come\s+up|happen|occur|show|arise|appear"
            r"|last|bother|crop|materiali[sz]e|persist)",
            r"(?:better|well|easily|best|easier\s+to|easy\s+to)[\s-]+tolerate\w*"
            r"|tolerat\w+\s+(?:\w+\s+)?(?:\w+\s+)?(?:beautifully|wonderfully|perfectly|easily|nicely|great)"
            r"|side[\s-]effect[\s-]free|easy\s+to\s+take|cleaner\s+(?:drug|medicine|way|option)",
            rf"(?:only|sole|worst|biggest)\s+{_W2}(?:{_SIDE_EFFECTS}|downside|(?:thing\s+)?(?:you['’]ll|you\s+(?:will"
            r"|might|may)|that\s+happens|anyone|i\s+(?:got|felt|noticed)|most\s+people))",
            rf"(?:barely|hardly|scarcely|(?:{_NT}|not|never)\s+even)\s+(?:even\s+)?(?:notic\w+|know|feel|tell)"
            r"|forget\s+(?:that\s+)?you['’]?\s?(?:a?re|took|have)\b",
            r"no\s+(?:worse|more|different)\s+than\s+(?:an?\s+)?(?:\w+\s+)?(?:placebo|dummy|sugar"
            r"|\w+\s+of\s+(?:coffee|wine)|cold|headache)",
            rf"(?:gentle|gentler|easy|easier|kind|kinder|light|soft)\s+(?:on|to|with)\s+{_THEIR}\s+\w+"
            r"|clear-?headed\b",
        ),
        "compares or plays down side effects",
    ),
    ClaimRule(
        "approved-ketamine",
        _any(
            rf"ketamine\b[^.!?]{{0,80}}\b{_DENIED}(?:(?:fda|federally)\s+)?(?<!fda-){_CLEARED}\b{_FOR_ANAESTHESIA}",
            rf"ketamine\b[^.!?]{{0,80}}\b{_DENIED}(?:fda|federally)-{_CLEARED}\b{_FOR_ANAESTHESIA}",
            rf"{_DENIED}(?:(?:fda|federally)[\s-]+)?{_CLEARED}\b(?!\s+(?:only|solely))[^.!?]{{0,40}}\bketamine\b",
            rf"{_REGULATOR}\b[^.!?]{{0,40}}\b{_DENIED}{_CLEARED}\b[^.!?]{{0,80}}\b{_CLINIC_KETAMINE}\b",
            rf"{_REGULATOR}\s+(?:gave|gives|has\s+given|granted|has\s+granted"
            rf"|issued)\b{_REACH}\b{_CLINIC_KETAMINE}\b{_REACH}\b{_CLEARED}\b",
            rf"(?<!esketamine ){_CLINIC_KETAMINE}\b[^.!?]{{0,80}}\b{_DENIED}"
            rf"(?:{_REGULATOR}(?:['’]s)?[\s-]+(?:\w+\s+)?{_CLEARED}"
            rf"|{_CLEARED}\b[^.!?]{{0,40}}\b{_REGULATOR})\b{_FOR_ANAESTHESIA}",
            rf"(?:fda|regulators?|government|authorities)\s+(?:now\s+)?(?:says?|said)\b{_NEAR}\b(?:is|may"
            rf"|can)\s+{_W3}(?:used|given|taken|prescribed)",
            rf"ketamine\b[^.?]{{0,30}}[.?!]\s+yes\b{_REACH}\b(?:{_CLEARED}|legal)\b",
            r"(?:full|complete)\s+(?:fda\s+|federal\s+|regulatory\s+)?(?:approval|clearance|authori[sz]ation)\b",
            r"(?:fully|completely|perfectly|totally|entirely|100\s?%)\s+(?:legal|approved|licensed)"
            r"|legal\s+and\s+(?:\w+\s+)?approved|approved\s+and\s+(?:\w+\s+)?legal",
            r"ketamine\b[^.!?]{0,60}\blegal\s+(?:\w+\s+)?(?:treatment|antidepressant|option|way"
            r"|for\s+(?:\w+\s+)?(?:depress|anxi|ptsd|mood))",
            r"(?:not|n['’]t|no\s+longer)\s+(?:\w+\s+)?off-label\b|fda[\s-]+(?:regulated|registered|endorsed|backed"
            r"|certified|recognized)\b",
            rf"(?:esketamine|spravato)\b{_REACH}\b{_DENIED}(?:approved|cleared"
            rf"|licensed)\s+(?:by\s+the\s+fda\s+)?for\s+{_W4}(?:anxiety|ptsd|pain|children|teens|teenagers|kids"
            r"|bipolar|ocd|everyone|migraine|addiction|home)",
        ),
        "speaks of approval beside ketamine; racemic ketamine is approved as an anaesthetic only",
    ),
    ClaimRule(
        "cure",
        _any(
            _not_after("no", "no known", "not a", "n't a", "n’t a", "n't", "n’t", "not", "not be", "never")
            + r"(?:cures?|cured|curing|curative|cure-all|miracles?|miraculous\w*)\b",
            r"(?:wip|eras|eradicat|eliminat|banish|abolish|vanquish|defeat|conquer|obliterat|annihilat|crush|kill"
            r"|destroy|beat|end|dissolv|melt|lick|smash|revers)(?:e[sd]?|s|es|ed|t?ing)?\s+(?:away\s+|out\s+"
            rf"|off\s+)?{_W3}(?<!year-){_ILLNESS}\b",
            r"(?:get|gets|got|be|rid|free\s+(?:of|from)|freedom\s+from|freed\s+from|gone|goodbye\s+to|bye\s+to"
            r"|escape\w*|shake\s+off)\s+(?:rid\s+of\s+)?(?:your\s+|my\s+|the\s+|all\s+){0,2}(?:depression|ptsd"
            r"|anxiety|illness|despair|sadness)\b",
            r"(?:depression|symptom|anxiety|ptsd|illness)-free|once\s+and\s+for\s+all|root\s+causes?|at\s+(?:its|the"
            r"|their)\s+(?:very\s+)?(?:root|source|core)|(?:to|of)\s+the\s+root|thing\s+of\s+the\s+past"
            r"|distant\s+memory|good\s+as\s+new|magic\s+bullet",
            r"(?:for\s+good)(?=[.,;:!?)\"”'’]|\s+(?:and|with|after|in|by|when|so|once|thanks|at|because|now|within"
            r"|using)\b|$)|never\s+to\s+return",
            r"(?:gone|vanish\w*|disappear\w*|chang\w+|free|end\w*|heal\w*|fix\w*|last\w*|away|better|happy|normal"
            r"|well|lift\w*|left|leave|relief|protect\w*|rid|cleared?|healthy|stays?)\s+(?:\w+\s+){0,3}(?:for\s*ever"
            r"|for\s+life|for\s+the\s+rest)\b",
            r"(?:never|(?:will|does|do|did|has)\s+not|(?:wo|does|do|has|have)n['’]?t|cannot|can['’]?t"
            r"|no\s+chance\s+of|nor)\s+(?:ever\s+|be\s+)?(?:com(?:e|es|ing)\s+back|came\s+back|relaps\w+|recur\w*"
            r"|be\s+depressed|(?:feel|felt)\s+depressed|(?:have|had)\s+another\s+episode|suffer\w*\s+again"
            r"|look(?:ed)?\s+back|depressed\s+again|rear)",
            rf"(?:{_ILLNESS}|it)\s+(?:\w+\s+)?(?:(?:will\s+)?never|wo['’]?n['’]?t|will\s+not)\s+(?:\w+\s+)?return\w*",
            rf"heal(?:s|ed|ing)?\s+{_W3}(?:brain|mind|depress\w+|trauma\w*|anxiety|ptsd|illness|mood|soul|nervous"
            r"|yourself|you\b|root|wound|damage|inside)|(?:you|brain|mind|we)\s+(?:can\s+|will\s+)?(?:fully\s+"
            r"|completely\s+)?heal(?:s|ed)?\b|healed\b",
            r"(?:fix(?:es|ed)?|repair\w*|re-?wir\w+|resets?|resetting|reboot\w*|revers(?:e[sd]?|ing)|regrow\w*"
            r"|correct(?:s|ed|ing)|undo\w*|undid|rebuild\w*|rebuilt|restor(?:e[sd]?|ing))\b[^.!?]{0,40}\b(?:brain"
            r"|imbalance|depress\w*|mood|serotonin|glutamate|circuit\w*|trauma|damage|chemistry|neurons?|mind|problem"
            r"|illness|you\b|happiness)",
            rf"(?<!after )(?<!until )(?<!once )(?<!after the )(?<!until the )(?<!until your )(?:{_ILLNESS})\s+(?:\w+\s+)?(?:is"
            r"|are|was|were|will\s+be|has|have|had|just|simply|completely|totally)\s+(?:\w+\s+)?(?:gone|history|over"
            r"|ended|vanish\w*|disappear\w*|a\s+memory|behind|left|finished|defeated|beaten|healed|melted|evaporated"
            r"|lifted)\b",
            r"no\s+longer\s+(?:\w+\s+)?(?:depress\w*|suffer\w*|sick|ill|anxious|(?:have|has"
            r"|had)\s+(?:\w+\s+)?(?:depress\w+|ptsd))",
            r"full(?:y)?\s+recover\w*|complete(?:ly)?\s+(?:recover\w*|remission|heal\w*|gone|free)"
            r"|total(?:ly)?\s+(?:recover\w*|remission|heal\w*|gone|free)|(?:my|your|his|her|their)\s+old\s+sel(?:f"
            r"|ves)|(?:back\s+to|feel|am|be|was)\s+normal\s+again",
            r"(?:never|no\s+longer|won['’]?t|don['’]?t|not)\s+need\s+(?:\w+\s+){0,3}(?:pills?|medications?|medicines?"
            r"|meds|antidepressants?|therap(?:y|ist)|treatments?|doctors?|psychiatrists?)\b",
            r"never\s+(?:\w+\s+)?be\s+again|closed\s+(?:chapter|book)|ancient\s+history|without\s+(?:depression"
            r"|anxiety|ptsd)|(?:depression|anxiety|ptsd)\s+no\s+more|antidote\s+to|magic\s+(?:pill|wand)"
            r"|silver\s+bullet|put\s+an\s+end\s+to",
        ),
        "promises or names a cure",
    ),
    ClaimRule(
        "guarantee",
        _any(
            _not_after(
                "no",
                "not",
                "n’t",
                "cannot",
                "can",
                "never",
                "not a",
                "n’t a",
                "any clinic that",
                "anyone who",
                "no such",
            )
            + r"(?<!n't )(?<!n't a )guarante\w+|can\s+guarante\w+",
            r"always\s+(?:\w+\s+)?(?:works?|helps?|feels?\s+better|leaves?|gets?\s+better|responds?|improves?|lifts?"
            r"|brings?|delivers?|succeeds?|does\s+the)\b|100\s?%|(?:a|one)?\s*hundred\s+per\s?cent"
            r"|lasting\s+(?:healing|change|relief|improvements?|results?|recovery|happiness|remission|benefits?"
            r"|peace)\b|permanent(?:ly)?\b|life-?long\s+(?:relief|results|recovery)",
            _not_after("if", "whether", "when", "until", "before", "think", "how", "that", "not everyone", "hope")
            + rf"(?:you|they|he|she|{_PEOPLE}|everyone|everybody)(?:\s+will|['’]ll|\s+(?:are"
            r"|is)\s+going\s+to)\s+(?:(?!not|never)\w+\s+){0,2}(?:feel|be|get|wake|become|come|leave|return|walk|see"
            rf"|notice|start|begin|have|enjoy|find|experience|go)\s+{_W4}{_BETTER}\b",
            r"(?<!if )(?<!how )(?<!whether )(?<!that )(?<!when )you(?:\s+will|['’]ll)\s+(?:\w+ly\s+"
            r"|soon\s+)?feel\s+(?!(?:\w+\s+){0,3}(?:sleepy|dizzy|drowsy|tired|sick|nause\w+|queasy|numb|woozy"
            r"|detached|strange|odd|drunk|floaty|unsteady|anxious|worse|pain|side|any|the\s+effects?)\b)",
            _not_after(
                "if",
                "whether",
                "whether the",
                "whether this",
                "whether a",
                "if the",
                "if a",
                "if this",
                "that the",
                "how",
                "that a",
            )
            + rf"(?:{_DRUG}|our\s+\w+|(?:one|a\s+single)\s+\w+|it|this|they)(?:\s+will|['’]ll|\s+(?:is"
            rf"|are)\s+going\s+to)\s+(?:(?!not|never|usually|probably|often|only|need)\w+\s+)?{_ACHIEVES}\b",
            _not_after("if", "if your", "whether your", "whether", "when your")
            + r"(?:depression|mood|anxiety|sadness|ptsd|pain|fog|darkness|symptoms)(?:\s+will|['’]ll|\s+(?:is"
            rf"|are)\s+going\s+to)\s+(?!not|never)(?:\w+\s+)?{_ACHIEVES}\b",
            r"(?<!not )(?<!for )(?<!n't )(?:certain|bound|destined|guaranteed)\s+to\b|sure\s+to\s+(?:work|help|lift"
            r"|feel|improve|ease|make|give|bring|relieve|change|get|succeed|see|love|notice)|sure[\s-]?fire"
            r"|sure\s+(?:thing|bet)|fool-?proof",
            r"(?:can['’]?t|cannot|never|won['’]?t|will\s+not|yet\s+to|not|n['’]t)\s+(?:ever\s+)?(?:let\s+(?:you|us|me"
            r"|anyone)\s+down|lets\s+\w+\s+down|disappoint\w*|go\s+wrong|regret)|(?:can['’]?t|cannot|never|won['’]?t"
            r"|yet\s+to)\s+fails?\b|without\s+fail\b|always\s+(?:do|does|will|did|has)\b(?=[.,;!]|$)|in\s+the\s+bag"
            r"|deliver\w*\s+(?:\w+\s+)?(?:results?|relief)|,\s+(?:period|full\s+stop|no\s+exceptions"
            r"|no\s+questions)\b|no\s+exceptions|unfailing\w*|infallib\w+|no-fail",
            _not_after(
                "no treatment",
                "no medicine",
                "no drug",
                "nothing",
                "no antidepressant",
                "no single treatment",
                "depression that",
                "not",
            )
            + r"(?<!n't )(?:works?|worked|helps|helped|heals|heal|effective)\s+(?:for\s+|on\s+)?(?:every\s+"
            r"|every(?:one|body)|any(?:one|body)\b|all\s+(?:of\s+)?(?:our|my|the|types|kinds|patients|people)|each)",
            _not_after("not", "n’t", "n’t help", "not help", "for", "n't help", "n't", "not for", "same for")
            + r"(?:everyone|everybody|each\s+(?:and\s+every|of\s+our|patient)|every\s+(?:single\s+)?(?:one|patient"
            r"|person|client|veteran|visitor|case|time|session|infusion|individual)|all\s+(?:of\s+)?(?:our|my"
            r"|these)\s+\w+|all\s+(?:patients|clients)|none\s+of\s+our|anyone\s+who"
            rf"|whoever)\b[^.!?]{{0,60}}\b(?:{_BETTER}|leaves?|walks\s+out|disappointed|unhappy)\b|(?:nobody"
            r"|no[\s-]one)\b[^.!?]{0,30}\b(?:leaves?|disappointed|unhappy|regret\w*)\b",
            r"(?:works?|worked|helps?|helped)\s+(?:every|each)\s+(?:single\s+)?time",
            r"(?:our|my|solemn|that['’]s\s+a)\s+promise\b|(?:we|i)\s+(?:\w+\s+)?(?:promise|pledge|vow|swear)\b"
            r"|promis(?:es|ed|ing)\s+(?:\w+\s+)?(?:relief|results?|to|you|recovery|cure|breakthrough)|(?:our"
            r"|my)\s+(?:word|pledge)|trust\s+(?:me|us)\b|you\s+have\s+(?:our|my)|mark\s+my\s+words",
            r"no\s+matter\s+(?:how\s+(?:many|long|severe|bad|deep|old|depressed|resistant|hopeless|far)"
            r"|what\s+(?:you\s+|you['’]|your|else|life)|who\s+you)",
            r"(?<!not )(?<!have )(?:no|without(?:\s+a)?|beyond(?:\s+a)?)\s+(?:\w+\s+of\s+a\s+)?doubt|undoubtedly"
            r"|unquestionably|(?:will|can)\s+definitely|definitely\s+(?:work|help|will|feel|lift|get|make|improve)\w*"
            r"|count\s+on\s+(?:it|relief|feeling|results|ketamine|this|us|a\s)",
            r"money[\s-]back|your\s+money|(?:full\s+)?refunds?\b|on\s+the\s+house|nothing\s+to\s+lose|inevitabl\w+"
            r"|assured\b(?!\s+(?:that\s+your\s+call))|no\s+way\s+(?:\w+\s+){0,3}(?:wo|will|fail|can)",
            r"instant(?:ly|aneous(?:ly)?)?\b|overnight\s+(?:relief|success|results?|cure|change|difference)"
            r"|immediate(?:ly)?\s+(?:relief|results?|better|improve\w*|feel\w*|lift\w*)|(?:matter"
            r"|question)\s+of\s+time|only\s+time",
            r"(?:all|everything)\s+(?:it|you|i)\s+(?:takes|took|needs?|needed)\b|(?:is|was|are|were)\s+all\s+(?:it"
            r"|you|i|most)\b|(?:one|a\s+single|just\s+one)\s+(?:session|dose|infusion|treatment|visit|pill)\s+(?:is"
            r"|was|will|and|did|does|can)\s+(?:\w+\s+)?(?:all|enough|fix|do|change|end|you|i\b|lift|be|the\s+trick)",
            r"(?:stays?|holds?|lasts?|lasting)\s+(?:\w+\s+)?(?:a\s+lifetime|for\s+years|for\s+decades|indefinitely)",
            r"where\s+(?:\w+\s+){0,4}fail(?:s|ed)?\b|when\s+(?:nothing|everything|all)\s+(?:else"
            r"|other\s+\w+)\s+(?:has\s+|have\s+)?(?:fail\w*|work\w*)|(?:does|do|did)\s+the\s+(?:trick|job)\b",
            rf"(?:{_DRUG}|it)\s+(?:won['’]?t|will\s+not)\b(?=[.!?]|\s*$)",
        ),
        "promises a result",
    ),
    ClaimRule(
        "prevents-suicide",
        _any(
            _not_after(
                "not been shown to",
                "n't been shown to",
                "not shown to",
                "not known to",
                "not proven to",
                "been proven not to",
                "not",
                "suicide or to",
            )
            + rf"(?<!n't )(?<!n’t ){_ACTS}\b[^.!?]{{0,60}}\b{_SUICIDE}{_UNPROVEN}",
            rf"{_SUICIDE}[^.!?]{{0,60}}\b{_VANISHES}\b",
            r"(?:none|not\s+one|no[\s-]one|nobody|not\s+a\s+single|no\s+(?:patient|client|veteran)"
            rf"|zero)\b(?!\s+should)[^.!?]{{0,60}}\b{_SUICIDE}",
            r"anti-?suicid\w*|suicide-proof|no\s+need\s+for\s+(?:a\s+)?(?:safety\s+plan|crisis|hotline|hospital)",
            r"(?:sav(?:e|es|ed|ing)\s+(?:my|your|his|her|their|so\s+many|countless|thousands\s+of|the|many"
            r"|our)?\s*(?:\w+['’]s\s+)?(?:life|lives)\b)",
            r"(?:want(?:s|ed|ing)?|will|eager|desire|reasons?|happy|glad)\s+to\s+(?:live|be\s+alive)\b(?!\s+(?:with"
            r"|in|near|at|alone|on|by))|(?:pull|bring|talk|step|walk|back)\w*\s+(?:\w+\s+)?(?:back\s+)?(?:from"
            r"|off)\s+the\s+(?:brink|edge|ledge)|keep\w*\s+(?:\w+\s+){1,4}alive|safe\s+from\s+(?:him|her|them|your"
            r"|my)sel(?:f|ves)",
        ),
        "says that a treatment acts on suicidal thoughts",
    ),
    ClaimRule(
        "superlative",
        _any(
            r"(?:ground-?breaking|revolution(?:ary|i[sz]\w+)|break-?throughs?|game[\s-]?chang\w+|transformative"
            r"|transformational|life-changing|beacon\s+of\s+hope|only\s+(?:treatment|medicine|medication|drug"
            r"|antidepressant|clinic|thing)(?:\s+that)?(?!\s+(?:as|when|if|by|under|for\s+adults))"
            r"|overwhelmingly\s+positive|profound(?:ly)?)\b",
            r"(?:biggest|greatest|largest|single)\s+(?:\w+\s+)?(?:advance|discovery|step|leap|news|thing|improvement"
            r"|development|breakthrough)\w*|favou?rite|no\s+other\s+(?:\w+\s+){0,2}(?:even\s+)?(?:comes?|compares?"
            r"|works?|can|does|has|offers?|match\w*|acts?)\b|unreal\b|award[\s-]winning|number[\s-]one|no\.\s?1\b"
            r"|world[\s-](?:class|leading|famous|renowned|beating)|top[\s-](?:rated|notch|tier|quality|ranked"
            r"|of\s+the\s+line)|(?:nation|country|world|industry|state|city|area|region|america)['’]?s?\s+(?:best"
            r"|first|leading|top|finest|premier|most|favou?rite)|leading[\s-](?:edge|clinic|provider|treatment"
            r"|ketamine|experts?|centers?)|cutting[\s-]edge|state[\s-]of[\s-]the[\s-]art",
            r"(?:hands\s+down|by\s+far|simply|absolutely|single|very|far\s+and\s+away|easily"
            r"|without\s+question)\s+(?:\w+\s+){0,2}(?:best|greatest|finest)|best[\s-](?:in[\s-]class|kept)"
            r"|best\s+(?:\w+\s+){0,3}(?:out\s+there|ever|on\s+the\s+(?:market|planet)|in\s+(?:town|the\s+\w+|\w+land"
            r"|america)|money\s+can|of\s+all|i\s+(?:have|['’]ve|ever)|thing\s+(?:that|i|to|since)|available|decision"
            r"|around)\b",
            r"(?<!no )(?<!a )best\s+(?:antidepressant|medicine|medication|drug|pill|clinic|ssri|treatment|therapy"
            r"|option|choice)s?(?!\s+(?:for\s+(?:you|your|each|any|an?|one|every\w*|them|him|her|moderate|people)|may"
            r"|might|depends|will|can|is\s+(?:the|one)|and\s+how))",
            r"unprecedented|unparalleled|unrival\w+|unmatched|unbeatable|unsurpassed|second\s+to\s+none"
            r"|like\s+no\s+other|one[\s-]of[\s-]a[\s-]kind|incomparable"
            r"|nothing\s+(?:else\s+)?(?:\w+\s+){0,4}(?:comes?\s+close|compares?|compared|like\s+it|beats?|touches"
            r"|rivals|works?\s+(?:like|as|better|so)|even\s+close)|(?:unlike|like)\s+(?:anything|nothing|no\s+other)"
            r"|in\s+a\s+class\s+of|head\s+and\s+shoulders|leagues\s+ahead|light-?years|unequal+ed",
            r"premier|elite|luxur\w+|concierge|five[\s-]star|5[\s-]star|renowned|pioneer\w*|trail-?blaz\w+|innovative"
            r"|next[\s-]gen\w*|paradigm|holy\s+grail|gold[\s-]standard|magic(?:al\w*)?|wonder[\s-]?(?:drug|pill"
            r"|cure)s?|(?:works?|worked|does|did|do)\s+wonders|marvel\w*|god-?send|blessing|amazing\w*|incredibl\w+"
            r"|astonish\w+|astound\w+|remarkabl[ey]|extraordinar\w+|phenomenal\w*|spectacular\w*|sensational"
            r"|mind-?\s?blow\w+|jaw-?\s?dropp\w+|stunning\w*|dramatic(?:ally)?|exceptional\s+(?:care|results?|relief"
            r"|safety|outcomes?|treatments?|success|staff)|outstanding|unbeliev\w+|superior|ultimate|super-?charg\w+"
            r"|masterpiece|heaven-sent|awesome|fantastic",
            r"(?:powerful|perfect|ideal|brilliant|wonderful|superb|fabulous|terrific"
            r"|great(?:est)?)\s+(?:\w+\s+)?(?:treatment|medicine|medication|drug|antidepressant|tool|solution|answer"
            r"|choice|option|therapy|discovery|advance\w*|pill|alternative|invention)s?\b",
            r"life[\s-](?:sav|alter|chang|affirm|transform)\w+|lifesav\w+|chang(?:e|es|ed|ing)\s+(?:my|your|his|her"
            r"|their|so\s+many|countless|\w+['’]s)?\s*(?:whole\s+|entire\s+)?(?:life|lives)\b|transform(?:s|ed"
            r"|ing)?\s+(?:\w+\s+){0,3}(?:life|lives|you\b|mind|mood|mental|psychiatry|treatment|care)",
            r"(?:gave|give|gives|giving|got|get|getting)\s+(?:me\s+|you\s+|him\s+|her\s+|them\s+)?(?:my|your|his|her"
            r"|their)\s+(?:\w+\s+)?(?:life|lives|husband|wife|son|daughter|mother|self)\s+back|new\s+lease|reborn"
            r"|rebirth|new\s+(?:me|you|person|man|woman)\b|(?:real|true|new)\s+hope\b|dreams?\s+come",
            r"rewrit\w+|(?:the\s+)?future\s+of\s+(?:mental|psychiatry|medicine|depression|treatment|healing)"
            r"|hail(?:ed|s|ing)\s+as|doctors\s+(?:don['’]t\s+want|hate|won['’]t)|big\s+pharma|secret\s+(?:to|weapon"
            r"|that|cure)|everyone\s+is\s+(?:talking|raving)|(?:rave|raving|glowing)\b|blown\s+away"
            r"|blows?\s+\w+\s+(?:away|out)|can['’]t\s+say\s+enough",
            r"(?<!the )(?<!is )most\s+(?:effective|powerful|advanced|trusted|exciting|successful|potent|proven"
            r"|important\s+(?:advance\w*|discovery|break\w*)|experienced|significant|sought)"
            r"|the\s+most\s+(?:effective|powerful|advanced|trusted|exciting|successful|potent|proven|experienced"
            r"|significant\s+\w+|important\s+(?:advance|discovery|break)\w*)",
            r"outperform\w*|superior\s+to|better\s+than\s+(?:any|all|every|anything)|more\s+effective\s+than\s+(?:any"
            r"|all|every|anything|other)|beats\s+(?:every|all|any|the|talk)|(?:blow|knock|leav"
            r"|wip)\w*\s+(?:\w+\s+){0,3}(?:out\s+of\s+the\s+water|in\s+the\s+dust|the\s+floor)|(?:faster|better"
            r"|quicker)\s+than\s+(?:any(?:thing)?|all|every)\b",
            r"(?<!not )(?<!not been )(?<!never been )(?<!n't )(?<!n't been )(?:clinically|scientifically|medically"
            r"|time|doctor|science)[\s-](?:proven|backed|trusted)"
            r"|(?<!not )(?<!not been )(?<!n't been )(?<!never been )proven\s+(?:to|results?|relief|treatment|therapy"
            r"|effective|success|solution|way|method|remedy|path)",
        ),
        "praises a treatment in the words of advertising",
    ),
    ClaimRule(
        "dose",
        _any(
            rf"{_NUMBER}(?:\s?(?:to|-|–|or)\s?{_NUMBER})?(?:\s|-)?{_MASS}",
            rf"(?:half|third|quarter|tenth|fraction|few|several|hundred|some)\s+(?:of\s+)?(?:an?\s+)?{_MASS}"
            r"|an?\s+(?:single\s+)?(?:milligram|microgram|gram|ml)\w*",
            r"(?:per|a|/)\s?(?:kilo\w*|kg)\b",
            rf"(?:{_NUMBER}|half\s+an?|half\s+(?:of\s+)?(?:your|the|that)|an?\s+(?:half|quarter"
            r"|third)(?:\s+of\s+an?)?|double|twice|a\s+few|several|extra|another)\s+(?:(?:more|extra|whole|small|of"
            rf"|the|your|full)\s+){{0,2}}(?:\w+\s+)?{_PIECES}",
            r"(?<!not )(?<!never )(?<!n't )(?<!n’t )(?:doubl(?:e|ed|es|ing)|tripl\w+|halv\w+)\s+(?:\w+\s+)?(?:dos\w+"
            r"|pills?|up|tablets?|amount)|(?:an?\s+)?(?:extra|double|half)\s+(?:the\s+|your\s+|a\s+)?dose"
            r"|double\s+(?:what|the|my|your)\b|(?:drop|go|going|went|up|down|mov|step|increas|taper|cut"
            r"|bump)\w*\s+(?:\w+\s+)?from\s+\d[\d.]{0,4}\s+to\s+\d[\d.]{0,4}\b(?!\s*(?:%|per))|every\s+(?:other"
            r"|second|third)\s+(?:day|night|morning)|alternat\w+\s+days|(?:tak|us)(?:e|ing)\s+half\b",
            r"(?:cut|reduc|lower|drop|decreas|increas|rais|bump|split|break|chop|snap|titrat|taper|go\s+up|go\s+down"
            r"|step)\w*\b[^.!?]{0,40}\b(?:by|to|in|into)\s+(?:half|halves|two|a\s+(?:half|quarter|third)|quarters"
            rf"|{_NUMBER}\s+(?:every|each|a\s+week))\b",
            r"(?:usual|typical|standard|starting|recommended|maximum|average|normal|max|daily|initial|target"
            r"|maintenance|therapeutic|effective)\s+(?:\w+\s+)?(?:dose|dosage|amount)\s+(?:\w+\s+){0,3}(?:is|of|was"
            rf"|runs|ranges|starts|for\s+\w+\s+is)\s+{_W3}{_NUMBER}",
            rf"(?:on|at|with|to|from|take|takes|took)\s+(?:about\s+|around\s+)?{_NUMBER}\s+(?:(?:of\s+)?{_NAMED}|(?:a"
            r"|per|each)\s+day|daily|every\s+(?:day|morning|night|evening)|in\s+the\s+morning|at\s+(?:night"
            r"|bedtime))\b",
        ),
        "names an amount of medicine",
    ),
    ClaimRule(
        "percentage",
        _any(
            rf"(?:\d+(?:[.,]\d+)?|{_NUMBER})(?:\s|-)?(?:%|percent\b|per\s+cent\b|pct\b|percentage\s+points?){_CITED}",
            rf"{_NUMBER}\s+(?:{_PEOPLE}\s+)?(?:in|out\s+of(?:\s+every)?|of\s+every|of\s+each|in\s+every)\s+(?!(?:19"
            rf"|20)\d\d\b)(?:{_NUMBER}\b(?!\s*(?:hours?|days?|weeks?|months?|years?|minutes?|visits?|sessions?"
            r"|stages?|steps?|trials?|stud\w+|forms?|groups?|ways?|parts?|different|of\s+these|small|large))"
            rf"|\d{{1,3}},?\d{{3}}\b){_CITED}",
            r"(?:two|three|four|five|six|seven|eight|nine|ten)\s+of\s+(?:our\s+)?(?:ten|10|five|5|four"
            rf"|every)\b{_CITED}",
            r"(?:two|three|four|five|six|seven|eight|nine)[\s-](?:thirds?|quarters?|fourths?|fifths?|sixths?"
            rf"|sevenths?|eighths?|tenths?)\b{_CITED}",
            rf"(?:an?|one)[\s-](?:third|quarter|fourth|fifth|tenth)\s+of\s+{_W3}{_PEOPLE}{_CITED}|(?:roughly|about"
            rf"|around|nearly|almost|over|only|just|some)\s+(?:an?|one)[\s-](?:third|quarter|fifth|tenth)\b{_CITED}",
            r"(?:over|more\s+than|well\s+over|better\s+than|up\s+to|fully|at\s+least|half\s+of\s+(?:our|my"
            rf"|all))\s+(?:half|{_PEOPLE}){_CITED}",
            rf"(?:vast|overwhelming|great|large|clear|huge)\s+majority\b{_CITED}"
            rf"|majority\s+of\s+(?:our\s+)?{_PEOPLE}{_CITED}",
            rf"(?:most(?=\s+(?:of\s+(?:our|my|the)\s+)?{_PEOPLE})|nearly\s+all|almost\s+all|virtually\s+all"
            r"|practically\s+(?:all|every\w*)|almost\s+every\w*|nearly\s+every\w*"
            rf"|virtually\s+every\w*)\s+(?:of\s+)?(?:our\s+|my\s+|the\s+)?(?:{_PEOPLE}\b)?[^.!?]{{0,40}}\b(?:better"
            r"|improve(?:s|d|ment)?|relief|respond(?:s|ed)?|recover(?:s|ed)?|remission|benefit(?:s|ed)?"
            rf"|success){_CITED}",
            rf"success\s+rates?\b{_CITED}",
            r"(?:doubl|tripl|quadrupl|halv)(?:e[sd]?|ing)\s+(?:\w+\s+){0,3}(?:odds|chances?|risk|likelihood"
            rf"|rate)s?\b{_CITED}|(?:odds|chances?|likelihood|rates?)\b[^.!?]{{0,40}}\b(?:doubl|tripl|quadrupl"
            rf"|halv)(?:e[sd]?|ing)\b{_CITED}",
            rf"(?:{_NUMBER})\s+times\s+(?:as|more|less|better|faster|likel\w+|the|higher|lower|safer){_CITED}"
            rf"|(?:twice|half)\s+as\s+(?:\w+){_CITED}|{_NUMBER}[\s-]?fold\b{_CITED}",
        ),
        "gives a percentage without a reference beside it",
    ),
    ClaimRule(
        "method",
        _any(
            rf"{_LETHAL}\s+(?:\w+\s+)?(?:dose|amount|quantit\w+|combination|mix\w*|cocktail|level|number|overdose"
            r"|method|means|threshold|limit|drugs?|pills?)\b|lethality|most\s+lethal|deadli(?:er|est)",
            r"how\s+(?:\w+\s+){0,3}to\s+(?:\w+\s+)?(?:overdose|end|die|kill|hang|od)\b|(?:overdose|amount|dose|level"
            r"|combination|mixture)s?\s+(?:\w+\s+){0,3}(?:is|are|be|becomes?|turns?"
            rf"|proves?)\s+(?:\w+\s+)?{_LETHAL}",
            r"how\s+(?:much|many|long)\b[^.!?]{0,60}\b(?:die|dies|dead|death|kill\w*|fatal\w*|lethal|deadly"
            r"|overdos\w+|too\s+much|unconscious|end\s+it)\b",
            r"enough\s+(?:\w+\s+){0,5}to\s+(?:\w+\s+)?(?:kill|die|be\s+(?:fatal|lethal|deadly)|end"
            r"|stop\s+(?:\w+\s+)?(?:heart|breathing)|overdose)",
            r"(?:eas(?:y|ier|iest)|quick(?:er|est|ly)?|fast(?:er|est)?|painless(?:ly)?|less\s+painful|painful"
            r"|peaceful(?:ly)?|simpl\w+|sure(?:st|r)?|best|gentle(?:st)?|reliable|effective|certain|common(?:est)?"
            r"|likely|foolproof|cleanest|only|popular|preferred|usual|dignified)\s+(?:\w+\s+){0,2}(?:ways?|methods?"
            r"|means|exit|routes?)\s+(?:\w+\s+){0,2}(?:to\s+(?:\w+\s+)?(?:die|go\b|end|kill|leave|commit|do\s+it)"
            r"|of\s+(?:dying|suicide|ending|killing|death|doing\s+it)|out\b)|(?:easy|quick|painless|peaceful|clean"
            r"|fast)\s+(?:death|suicide|exit)",
            rf"(?:ways?|methods?|means|how)\s+(?:of|to|for|people|he|she|they)\s+{_W2}(?:die\b|dying"
            rf"|end\w*\s+(?:{_THEIR}|it\b)\s?|kill\w*\s+{_SELF}|suicid\w+|overdos\w+|hang\w*"
            rf"|tak\w+\s+{_THEIR}\s+(?:own\s+)?li)",
            r"(?:die|dying|died|go)\s+(?:\w+\s+)?(?:painlessly|quickly|peacefully|quietly|without\s+(?:\w+\s+)?pain"
            r"|in\s+(?:your|his|her|their)\s+sleep)|slip\w*\s+away|drift\w*\s+off\s+for",
            r"(?:which|what|these|those)\s+(?:\w+\s+){0,3}(?:pills?|drugs?|medicines?|medications?|tablets?|meds"
            r"|combinations?|antidepressants?|ones?)\b[^.!?]{0,40}\b(?:fastest|kill\w*|deadl\w+|dangerous|lethal"
            r"|fatal|do\s+it|the\s+job|overdos\w+|die|strongest)\b|(?:do|does|did|finish)\s+(?:it"
            r"|the\s+job)\s+(?:the\s+)?(?:fast\w*|quick\w*|painless\w*|best)",
            rf"(?:stock-?pil|stash|hoard|squirrel)\w*\s+{_W4}(?:pills|tablets|medic\w+|meds|doses?|bottles?"
            r"|prescription\w*)|sav(?:e|ed|es|ing)\s+(?:up\s+)?(?:\w+\s+){0,3}(?:pills|tablets|meds|doses)",
            rf"(?:swallow|t[ao]ke?|taking|taken|took|down|wash|gulp|empt|finish)\w*\s+{_W4}(?:handfuls?|(?:whole"
            r"|entire|full)\s+(?:bottle|pack|box|bottles)|bottle\s+of|(?:all|every)\s+(?:\w+\s+){0,3}(?:pills|tablets"
            r"|meds)|fistful)",
            r"(?:bottle|handful|fistful|supply|pack|packet|box)\s+of\s+(?:\w+\s+)?(?:it|them|pills|tablets|tylenol"
            rf"|paracetamol|aspirin|{_NAMED})\b|(?:shut\w*\s+down|stop\w*|destroy\w*)\s+(?:\w+\s+)?(?:liver|heart"
            r"|breathing)|(?:need|takes?|took|required?|used|wanted)\b[^.!?]{0,40}\bto\s+die\b|(?:not|n['’]t"
            rf"|never)\s+(?:have\s+to\s+)?w[ao]ke\s+up|crush\w*\s+{_W2}(?:pills|tablets|meds)|felt?\s+no\s+pain"
            r"|over\s+in\s+(?:minutes|seconds)|(?:and|then|he|she)\s+jumped|overdos(?:e|ed|es|ing)\s+(?:on|with|by)\b"
            r"|(?:hang(?:ed|ing|s)?|hung|shot|shoots?|shooting|drown\w*|poison\w*|stabb?\w*|suffocat\w+|gass\w+"
            rf"|burn\w*|cut(?:ting)?|chok\w+)\s+{_SELF}|noose|carbon\s+monoxide|helium|exit\s+bag|plastic\s+bag"
            r"|gunshot|(?:jump|leap|threw|throw)\w*\s+(?:\w+\s+)?(?:off|from|in\s+front)|(?:slit|cut"
            r"|slash)\w*\s+(?:\w+\s+)?wrists?|by\s+hanging|hanging\s+or|(?:rope|ligature|rafters?|train\s+tracks"
            r"|rat\s+poison|bleach|antifreeze)\b",
            r"suicide\s+(?:methods?|kits?|pacts?|pills?|machines?|pods?|bags?|manuals?|guides?|instructions?|forums?"
            r"|spots?|bridges?|notes?)\b",
            r"(?:recipe|instructions?|step[\s-]by[\s-]step|tutorial|manual|directions|guide)\b[^.!?]{0,40}\b(?:die"
            r"|dying|suicide(?!\s+prevention)|overdos\w+|kill\w*)\b",
            r"(?:dangerous|toxic|deadly|lethal|fatal|easy|easier|hard|harder|difficult)\s+(?:\w+\s+)?(?:in"
            r"|to)\s+(?:an?\s+)?overdose",
        ),
        "may give detail of a method",
    ),
    ClaimRule(
        "suicide-wording",
        _any(
            r"commission\s+of\s+suicide|(?:commit(?:s|ted|ting)?(?:\s+\w+)?|(?:un)?successful(?:ly)?|failed|failing"
            r"|complet(?:e|es|ed|ing)|botched|incomplete|attempted\s+but\s+failed)[\s-]+(?:\w+\s+){0,2}suicides?\b",
            r"(?:failed|successful|unsuccessful|botched|completed"
            r"|aborted)\s+(?:\w+\s+)?(?:attempts?\b(?!\s+(?:to\s+(?:quit|stop|find|treat))|\s+at\s+(?:treat|therap))"
            r"|overdose|self-harm)",
            r"suicides?\s+(?:victims?|epidemic|bids?|gestures?|threats?|contagion|wave|craze|cult|mission"
            r"|hot-?\s?spots?|capital|crisis\s+sweeping)|epidemic\s+of\s+suicid\w+|suicides?\b[^.!?]{0,20}\bepidemic"
            r"|wave\s+of\s+suicid\w+|suicidal\s+gestures?|(?:victim|casualt\w+)\s+of\s+suicide|(?:rash|spate|string"
            r"|outbreak|cluster)\s+of\s+suicides",
            r"suicides?\b[^.!?]{0,40}\b(?:succeed\w*|successful\w*|failed|failure|botched|completed|unsuccessful\w*"
            r"|skyrocket\w*|soar\w*|explod\w*)\b",
            rf"(?:t[ao]ok|tak(?:e|es|en|ing)|end(?:s|ed|ing)?|kill(?:s|ed|ing)?)\s+(?:{_THEIR}"
            rf"|{_SELF})\s*(?:own\s+)?(?:life|lives)?\s+(?:\w+\s+)?successful\w*|successfully\s+(?:t[ao]\w+|end\w*"
            r"|kill\w*|died)",
            r"(?:succe(?:ed|ss)\w*|fail(?:ed|s|ing)?|managed|tried)\s+(?:in|at"
            rf"|to)\s+(?:\w+\s+)?(?:kill(?:ing)?\s+{_SELF}|die\b|suicide|end(?:ing)?\s+(?:{_THEIR}|it)|tak(?:e"
            rf"|ing)\s+{_THEIR}\s+(?:own\s+)?li\w+|dying|overdos\w+)",
            rf"kill(?:s|ed|ing)?\s+{_SELF}|offed\s+{_SELF}|topped\s+{_SELF}|(?:did|does|do)\s+away\s+with\s+{_SELF}"
            r"|(?:un-?alive)\w*",
            r"(?:easy|coward['’]?s?|cowardly|selfish)\s+(?:\w+\s+){0,2}(?:way\s+out|act|choice|death|thing)"
            r"|cry\s+for\s+(?:help|attention)|attention[\s-]seek\w+|(?:driv|drove"
            r"|push)\w*\s+(?:\w+\s+){0,3}to\s+suicide|(?:finally|now)\s+(?:at\s+peace|free\s+(?:of|from)\s+pain)"
            r"|(?:in|to)\s+a\s+better\s+place|found\s+peace|sinful|(?:crime|sin)\s+of"
            r"|suicide\s+is\s+(?:\w+\s+)?(?:selfish|cowardly|weak|a\s+(?:sin|choice|solution|way))",
        ),
        "uses words about suicide that guidance asks writers to avoid",
    ),
)


def claims(text: str) -> tuple[Claim, ...]:
    """Every rule that fires on a passage's words, in the order of the rules, with the first words that fired it."""
    return tuple(Claim(rule.name, match[0], rule.reason) for rule in RULES if (match := rule.pattern.search(text)))
