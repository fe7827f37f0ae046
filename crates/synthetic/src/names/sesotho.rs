//! Names usual among Sesotho speakers.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Palesa, Puleng, Dimakatso, Mamello, Limpho, Nthabiseng, Matshediso, Mantwa, \
         Tselane, Masabata, Mamosa, Mampho, Disebo, Keke, Lineo, Likeleli, Mmadiepetsane, \
         Maleshoane, Mathabo, Moipone, Motshidisi, Nnuku, Ntsoaki, Pontsho, Pinky, \
         Rethabile, Retshidisitswe, Seabata, Selloane, Teboho, Thakane, Tshidi, Tshepiso, \
         Relebohile, Reitumetse, Mpolokeng, Mosa, Modiehi, Mmapaseka, Malehlohonolo, \
         Lebohang, Kgothatso, Kananelo, Dipuo, 'Mamotena, 'Mathabiso"
    ),
    male: words!(
        "Thabo, Tshediso, Teboho, Lehlohonolo, Tumelo, Mohau, Tankiso, Tefo, Thabang, \
         Moeketsi, Mokete, Molefi, Motlatsi, Mpho, Ntsane, Paseka, Pule, Refiloe, \
         Retselisitsoe, Sechaba, Sello, Sefako, Seutloali, Thato, Thuso, Tieho, Tlali, \
         Tsietsi, Tsoanelo, Tokelo, Sabata, Rorisang, Realeboha, Ramosa, Phehello, Nkopane, \
         Neo, Moshe, Monyane, Mojalefa, Lekhotla, Letsatsi, Lefu, Kamohelo, Katleho, \
         Dikotsi"
    ),
    surnames: words!(
        "Mofokeng, Mokoena, Motaung, Motloung, Tshabalala, Radebe, Moloi, Mosia, Tsotetsi, \
         Lebona, Khoabane, Letsie, Lekhanya, Lesenyeho, Letuka, Mabula, Mafisa, Mahlatsi, \
         Majoro, Makhetha, Makoa, Maleka, Mapetla, Marumo, Masiteng, Matsoso, Matobako, \
         Mohapi, Mohlomi, Mokhele, Mokhothu, Mokitlane, Mokotjo, Mokuena, Molahlehi, Molapo, \
         Molete, Moletsane, Monaheng, Monareng, Mopeli, Moreki, Morobe, Moshoane, Mosikili, \
         Motaba, Motsoeng-Thulo, Mphuthi, Nhlapo, Ntsala, Ntsoereng, Nyokong, Oliphant, \
         Phafoli, Pitso, Posholi, Rakgadi, Ralebitso, Ramakatsa, Rampai, Rantsho, Sebotsa, \
         Seekoei, Sehloho, Selebalo, Sekonyela, Sesele, Taunyane, Thebe, Thipe, Tjabane, \
         Tlake, Tsolo"
    ),
};
