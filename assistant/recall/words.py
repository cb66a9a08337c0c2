"""Words that can be asked of anything, and so do not tell what a question is about by themselves.

They are English and not clinical; a library on another subject needs no other list.
"""

from __future__ import annotations

from index.lexical import STOP_WORDS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GRAMMAR = STOP_WORDS | _words(
    """
    above across after again against ah all almost alone along already although always among another anybody
    anyone anything aren't around away back because before behind below between both can't couldn't didn't doesn't
    don't down during each either else enough ever every everyone everything few further hello hence here hey hi
    however i'll i'm i've instead interesting isn't it's its less let let's like little lot lots many maybe me
    mine more most much must myself near neither never no nobody none nor not nothing now off often oh ok okay
    once one ones only onto other others ought ours out outside over own per perhaps please quite rather really
    same shouldn't since someone something sometimes soon sorry still than thank thanks that's then there's though
    through throughout till today together tomorrow too toward towards two under until up upon us versus very via
    vs wasn't well weren't what's when's where's while who's whole whom whose within without won't wouldn't wow
    yes yesterday yet yourself
    """
)
# What a medicine or an illness is called: no subject alone, but part of one after another word ("heart disease").
CLASSES = _words(
    """
    condition conditions disease diseases disorder disorders drug drugs illness illnesses infusion infusions
    injection injections medication medications medicine medicines operation operations pill pills procedure
    procedures remedies remedy scan scans spray sprays surgery syndrome tablet tablets test tests therapies
    therapy treatment treatments vaccine vaccines
    """
)
# Aspects of a thing, what it does or is done with it, and what is thought of it; any form of these words.
ASKED_OF_ANYTHING = _words(
    """
    advantage adverse alternative amount application appointment argument aspect average basics benefit case cause
    chance characteristic complication con consequence cost creation cure danger day definition description detail
    diagnosis difference disadvantage doctor dosage dose downside drawback duration effect effectiveness evidence
    example expert fact factor feature finding folk form frequency function goal guy hour idea impact implication
    importance impression individual info information interaction invention issue kind length level limit
    limitation list long-term man meaning men method minute model month name number option origin outcome part
    patient pattern people person place point prescription price pro problem process prognosis purpose quantity
    question rate reason recommendation referral relationship researcher result risk role rule safety scientist
    session short-term side sign similarity sort source stage step strength study symptom term thing time tip type
    use value variant version way week woman women work world year
    """
    """
    accept act affect allow appear apply ask ate avoid became become began begin begun believe bring brought call
    came catch caught change choose combine come compare consider consist contain contribute create deal decide
    define depend describe develop diagnose differ discover discuss drank drink drive eat enjoy exist expect
    explain face fail feel felt find follow found gave get give given go gone got gotten grow happen hear help
    hurt improve include increase interest invent involve keep kept kill knew know known last lead learn leave led
    live look lose lost made make manage mean meant measure mention move need notice occur offer paid pay perform
    plan play prefer prescribe prevent produce protect prove provide put raise reach receive recommend reduce
    relate remain remove require run said saw say see seem seen serve show shown spread start stay stop suffer
    suggest support suppose take taken talk tell tend think thought told took treat try turn understand use used
    visit wait want watch wear weigh went wonder worsen
    """
    """
    able actual addictive available bad basic best better big biggest certain cheap cheaper clear close common
    considerable controversial correct current dangerous deadly different difficult early easier easiest easy
    effective exact expensive famous far fast faster fastest favorite fewer fewest final fine first free full
    general good greatest happy hard harder harmful healthy heavy high higher highest ideal important interesting
    key large larger largest late later latest legal likely local long longer longest low lower lowest main major
    modern natural necessary new newer next nice normal notable old older original overall painful particular
    permanent poor popular possible precise primary proper quick quicker rare real recent reliable right risky
    safe safer safest second serious severe short similar simple slow small special specific strong stronger
    successful sure third traditional true typical unique usual various well-known worse worst worth wrong
    """
)
# Whom or what else it may be asked of: "what about children?" goes on about the same medicine.
SIDES = _words(
    """
    adolescent adolescents adult adults age aged alcohol athletes babies baby boys breastfeeding caffeine cannabis
    children coffee dark diet dizziness drinking driving elderly evening evenings exercise families family food
    foods girls headache headaches infant infants insurance kid kids marijuana meal meals memory men mood morning
    mornings mothers nausea newborn newborns night nights overdose pain pregnancy pregnant school seniors sex
    sleep smokers smoking sport sports student students teen teenager teenagers teens toddler toddlers travel
    veterans weekend weekends weight withdrawal women work
    """
)
