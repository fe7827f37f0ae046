//! Names usual among siSwati speakers.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Ncobile, Tengetile, Temalangeni, Nomcebo, Lungile, Sibongile, Bongiwe, Cebsile, \
         Dumsile, Fikile, Gcebile, Gugulethu, Hlobsile, Jabulile, Khanyisile, Khetsiwe, \
         Khosi, Lomagugu, Lomalungelo, Londiwe, Make, Mbali, Ncamsile, Nelisiwe, Ngcebo, \
         Nokuphila, Nolwazi, Nomsa, Nompumelelo, Nothando, Phetsile, Philile, Phindile, \
         Sakhile, Samkeliso, Sebenele, Sizakele, Takhona, Temndeni, Thabsile, Thobile, \
         Tiphelele, Tibusiso, Tsandzile, Winile, Zandile, Zodwa"
    ),
    male: words!(
        "Sicelo, Mfanasibili, Bheki, Banele, Bafana, Celumusa, Colani, Dumsani, Fana, Gcina, \
         Hlelile, Jabu, Khanya, Khulani, Lindani, Lucky, Lungelo, Lwandle, Majaha, \
         Makhosini, Mandlenkosi, Mbongiseni, Mciniseli, Menzi, Mfundo, Mlungisi, Mphikeleli, \
         Muzi, Musa, Ncamiso, Ndumiso, Nhlonipho, Nkosingiphile, Phinda, Phumlani, Sabelo, \
         Sandile, Sikhumbuzo, Sikelela, Sipho, Temahlubi, Thokozani, Tsepo, Vusi, Wandile, \
         Zweli, Timotsi"
    ),
    surnames: words!(
        "Dlamini, Nkosi, Simelane, Mamba, Maseko, Mavuso, Tsabedze, Tfwala, Vilakati, Zwane, \
         Gamedze, Gama, Dladla, Dube, Fakudze, Ginindza, Gwebu, Hlatjwako, Hlatshwayo, \
         Hlophe, Kunene, Lukhele, Lushaba, Mabila, Mabuza, Madonsela, Magagula, Magongo, \
         Malambe, Malinga, Manana, Manyatsi, Maphalala, Maphanga, Masango, Masilela, Masina, \
         Masuku, Matse, Matsebula, Matsenjwa, Mbingo, Mbuli, Mdluli, Mhlanga, Mkhabela, \
         Mkhatshwa, Mkhonta, Mndzebele, Mngometulu, Mnisi, Motsa, Msibi, Mthethwa, Mthupha, \
         Myeni, Ndlangamandla, Ndwandwe, Ndzimandze, Ndzinisa, Ngomane, Ngwenya, Nhlabatsi, \
         Nhlengetfwa, Nhleko, Ntshalintshali, Nyoni, Shabangu, Shiba, Shongwe, Sibandze, \
         Sifundza, Sihlongonyane, Sikhondze, Silinda, Tsela, Zitha"
    ),
};
