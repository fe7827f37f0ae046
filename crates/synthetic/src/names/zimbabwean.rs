//! Names usual among families from Zimbabwe.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Rudo, Tendai, Chipo, Rumbidzai, Tsitsi, Nyasha, Tariro, Ruvimbo, Kudzai, Vimbai, \
         Fadzai, Shamiso, Rutendo, Chiedza, Tatenda, Anesu, Maidei, Mavis, Memory, Loveness, \
         Patience, Precious, Privilege, Prudence, Sekai, Sibongile, Sithembile, Sukoluhle, \
         Nokuthula, Netsai, Ndaizivei, Mutsa, Munashe, Makanaka, Kuziwa, Kundai, Gamuchirai, \
         Farirai, Dadirai, Chenai, Charity, Beauty, Blessing, Ropafadzo, Yeukai, \
         Zvikomborero"
    ),
    male: words!(
        "Tafadzwa, Tinashe, Tapiwa, Takudzwa, Farai, Simbarashe, Tonderai, Munyaradzi, \
         Kudakwashe, Tawanda, Tinotenda, Ngonidzashe, Panashe, Taurai, Wellington, Innocent, \
         Givemore, Learnmore, Lovemore, Godknows, Trymore, Talent, Shingirai, Rangarirai, \
         Prosper, Pardon, Obert, Nkosana, Mthulisi, Mqhele, Melusi, Marvellous, Itai, \
         Hardlife, Gift, Garikai, Everson, Edson, Denford, Chenjerai, Brighton, Blessed, \
         Bekithemba, Artwell, Anotida, Zivanai, Zenzo"
    ),
    surnames: words!(
        "Moyo, Ncube, Sibanda, Dube, Ndlovu, Chikwava, Chinyoka, Chirwa, Chitando, Chigumba, \
         Chikomo, Chimuti, Chipunza, Chiriseri, Chivasa, Gumbo, Gwatidzo, Hove, Hungwe, \
         Kadzere, Kamupira, Kanyemba, Katsande, Machingura, Madziva, Magaya-Soko, Makoni, \
         Makumbe, Mandaza, Mangwiro, Mapfumo, Maposa, Marufu, Masocha, Matambo, Matongo, \
         Mazvita, Mbizvo, Mhandu, Mhlanga, Mlilo, Mpala, Mudzingwa, Mukanya, Mukwena, \
         Munetsi, Mupfumi, Murape, Musarurwa, Mushonga, Mutasa, Mutsvairo, Muzondo-Zhou, \
         Ndebele, Ngulube, Nyamande, Nyathi, Nyoni, Nzira, Phiri, Rusere, Rwodzi, Samkange, \
         Shoko, Shumba, Siziba, Tshuma, Zhou, Zvimba"
    ),
};
