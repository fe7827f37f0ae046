//! Names usual among Sepedi speakers.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Mmapula, Mašego, Lerato, Mokgadi, Ngwanatau, Raesetša, Mahlatse, Kgaugelo, \
         Tšhegofatšo, Dikeledi, Mmamorake, Matšhidišo, Khutšo, Tebogo, Refilwe, Mosima, \
         Moloko, Makgomo, Mmabatho, Morongwa, Hunadi, Sewela, Lesego, Kholofelo, Boitumelo, \
         Pheladi, Mantsha, Phuti, Ramokone, Mmathapelo, Nkhensani, Rebotile, Reneilwe, \
         Ramadimetja, Sebolelo, Mmakwena, Malešela, Napšadi, Paballo, Thato, Tumišo, \
         Mphotlhe, Kwena, Seemole, Matlakala"
    ),
    male: words!(
        "Tšhepo, Lešiba, Thabo, Kgabo, Malesela, Matome, Mashudu, Tshepišo, Phineas, Lucas, \
         Maropeng, Tumelo, Kgotlelelo, Lebogang, Katlego, Karabo, Mpho, Sello, Mokete, \
         Phuti, Ngoako, Motlatšo, Seshoka, Madimetja, Makgwale, Thabang, Molatelo, Podile, \
         Mogau, Tlou, Frans, Johannes, Kgomotšo, Khomotso, Machuene, Mokibelo, Masilo, Nare, \
         Noko, Obakeng, Phetole, Ramaredi, Sekgoari, Serolo, Tiro"
    ),
    surnames: words!(
        "Mašiane, Mokoena, Kekana, Ledwaba, Maake, Mabotja, Madisha, Mafokoane, Mahlo, \
         Maila, Makgabo-Tema, Makola, Malatji, Maluleka, Mamabolo, Manamela, Mangena, \
         Maphanga, Maponya, Masemola, Mashego, Mashiane, Matlala, Mathekga, Mathabatha, \
         Matjila, Mokgalapa, Moagi, Modiba, Mogale, Mogashoa, Mohlala, Mojapelo, Mokgotho, \
         Mokwele, Moloto, Monyela, Morudu, Moshia, Mothapo, Mothiba, Mphahlele, Nchabeleng, \
         Ngoepe, Nkadimeng, Nkoana, Phaahlo-Kgole, Phasha, Phalane, Phokane, Ramaipadi, \
         Rakgoale, Ramathoka, Rapetsoa, Raphela, Sebola, Seabela, Sekgobela, Sekhutlong, \
         Selepe, Selowa, Semoko-Ntai, Senyatsi, Seroka, Tefu, Thobejane, Thokoane, Tladi, \
         Tšhabalala-Moima, Tsebe"
    ),
};
