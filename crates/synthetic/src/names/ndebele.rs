//! Names usual among isiNdebele speakers.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Nomalanga, Nomasonto, Ntombikayise, Sibonakaliso, Buhlebenkosi, Bafikile, Busi, \
         Catherine, Dimakatso, Dorah, Esinah, Emihle, Francinah, Gabisile, Gladys, Itjhudu, \
         Julia, Kelibone, Khanyisile, Lina, Linah, Lizzy, Lomakhosi, Maria, Mihlali, \
         Mmaphuthi, Nobantu, Noluntu, Nomathemba, Nombulelo, Nomthandazo, Ntombana, Ntombi, \
         Pretty, Phumzile, Rose, Sanna, Sarah, Sesi, Simangele, Sinenhlanhla, Siphiwe, \
         Thembi, Thoko, Tjhengisile, Tlhogomelo, Zanele, Zodwa"
    ),
    male: words!(
        "Bangani, Mbhuduma, Amos, Andries, Bonginkosi, Bongumusa, Bhutana, Daantjie, Delani, \
         Elias, Fanie, Funokwakhe, Godfrey, Hlangani, Isaac, Jabulani, Jan, Johannes, July, \
         Khehla, Klaas, Kleinhans, Lungisani, Mabhoko, Madlakane, Mahlathini, Majuta, Mgidi, \
         Mlungisi, Mnyamana, Mzilawe, Ndaweni, Nhlupheko, Petros, Pitso, Poni, Samson, \
         Sikhosana, Siphosenkosi, Solomon, Stuurman, Sombhangu, Themba, Tjhebisa, Velaphi, \
         Vusi, Zabulani, Zenzele"
    ),
    surnames: words!(
        "Mahlangu, Skosana, Mthimunye, Masombuka, Ntuli, Sibanyoni, Mabena, Masilela, Msiza, \
         Jiyana, Aphane, Bhuda, Boshomane, Buhali, Chego, Digwamaje, Dikobe, Fenyane, Gembe, \
         Gwebu, Hlabangana, Jele, Jiana, Kabini, Katjhana, Khabako, Kgomo, Legodi, \
         Lukhuleni, Mabhena, Mabhoko, Madihlaba, Madonsela, Maepa, Maghalala, Mahlabane, \
         Makola, Malobola, Maphosa, Masango, Maseko, Mashiyane, Mbonani, Mdaka, Mgidi, \
         Mguni, Mmotong, Mndebele, Mnguni, Motau, Motha, Msebenzi, Mtsweni, Mzizi, \
         Ncongwane, Ndala, Ndimande, Ngoma, Ngwenyama, Nkabinde, Ntwane, Nyathi, Phenyane, \
         Phiri, Rampai, Sengwayo, Shabangu, Sibande, Sikhosana, Simango, Sindane, Skhosana, \
         Songwane, Thubana, Tjiane, Tshweu, Vilane, Zitha"
    ),
};
