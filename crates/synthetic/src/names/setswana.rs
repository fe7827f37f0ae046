//! Names usual among Setswana speakers.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Boitumelo, Kelebogile, Keneilwe, Onalenna, Galaletsang, Gontse, Kgomotso, Dineo, \
         Masego, Oratile, Mmamoloko, Nthabiseng, Omphile, Amogelang, Tshegofatso, Bontle, \
         Keabetswe, Kediemetse, Gaone, Lorato, Motlalepula, Segomotso, Seipati, Tlhogi, \
         Gofaone, Goitsemang, Itumeleng, Kesaobaka, Khumo, Malebogo, Mmaphefo, Mosetsana, \
         Naledi, Olebogeng, Ontlametse, Poifo, Puseletso, Rorisang, Seitebaleng, Thandi, \
         Tsholofelo, Warona, Dikgang, Baboloki, Mmê"
    ),
    male: words!(
        "Kagiso, Thabiso, Kabelo, Tshepo, Oupa, Kgosi, Lesedi, Tiro, Gaolathe, Otsile, \
         Modisaotsile, Mothusi, Onkgopotse, Tebogo, Thapelo, Tlotlo, Olerato, Phenyo, \
         Atlegang, Bakang, Boipelo, Gosego, Ishmael, Kealeboga, Keorapetse, Kutlwano, \
         Letlhogonolo, Lebogang, Mmoloki, Mogomotsi, Molefi, Moeketsi, Moagi, Neo, Obakeng, \
         Ofentse, Oageng, Pako, Reatlegile, Sechaba, Tumisang, Tshiamo, Tshireletso, Thuso, \
         Goabaone"
    ),
    surnames: words!(
        "Molefe, Modise, Seleka, Mokgosi, Moilwa, Motaung, Tlhabane, Tlhapi, Gaborone, \
         Kgosana, Letlape, Lekgetho, Mabe, Mabote, Maduo, Makgale, Mangoro-Sebe, Marumo, \
         Masilo, Matlhaku, Matsose, Mekgwe, Metswamere, Mmusi, Moatlhodi, Moeng, Mogapi, \
         Mogotsi, Moiloa, Mokgatlhe, Mokoto, Molale, Moleele, Montshioa, Morake, Moremi, \
         Moroka, Mosiane, Mothibi, Motlhabi, Motswagole, Motsumi, Mpolokeng, Nkwe, Ntsimane, \
         Phetoe, Phiri, Pitso, Pule, Ramokga-Motse, Rantao, Sebego, Seboko, Sedumedi, Segwe, \
         Seitshiro, Sejake, Selebogo, Seleke, Senne, Senokwane, Setlhare, Setshedi, Tau, \
         Thekiso, Tladinyane, Tlhagale, Tong, Tsatsimpe, Tshêtlo"
    ),
};
