import pytest

from domain.bank.zengin.characters import written
from domain.bank.zengin.legal_forms import abbreviated, read


@pytest.mark.parametrize(
    ("name", "kana"),
    [
        ("カブシキガイシャ ミナト", "ｶ)ﾐﾅﾄ"),
        ("ケイヨウギンコウカブシキガイシャ", "ｹｲﾖｳｷﾞﾝｺｳ(ｶ"),
        ("ミナト株式会社トウキョウシテン", "ﾐﾅﾄ(ｶ)ﾄｳｷﾖｳｼﾃﾝ"),
        ("㈱ミナト", "ｶ)ﾐﾅﾄ"),
        ("ミナト\uff08株\uff09", "ﾐﾅﾄ(ｶ"),
        ("合同会社ミナト", "ﾄﾞ)ﾐﾅﾄ"),
        ("医療法人社団ミナト", "ｲ)ﾐﾅﾄ"),
        ("ユウゲンガイシャミナト", "ﾕ)ﾐﾅﾄ"),
        ("特定非営利活動法人ミナト", "ﾄｸﾋ)ﾐﾅﾄ"),
        ("コウエキザイダンホウジンミナト", "ｻﾞｲ)ﾐﾅﾄ"),
        ("一般社団法人ミナト", "ｼﾔ)ﾐﾅﾄ"),
        ("社会福祉法人ミナト", "ﾌｸ)ﾐﾅﾄ"),
        ("株式会社ミナト営業所", "ｶ)ﾐﾅﾄ(ｴｲ"),
        ("ミナトシュッチョウジョ", "ﾐﾅﾄ(ｼﾕﾂ"),
        ("ｶ)ﾐﾅﾄ", "ｶ)ﾐﾅﾄ"),
        ("ミナト タロウ", "ﾐﾅﾄ ﾀﾛｳ"),
        ("MINATO K.K.", "MINATO K.K."),
    ],
)
def test_a_legal_form_is_abbreviated_where_it_stands(name, kana):
    text, missing = written(read(name))
    assert (abbreviated(text), missing) == (kana, "")
