//! Names usual among isiZulu speakers.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Nomvula, Thandeka, Nokuthula, Zanele, Nompumelelo, Nqobile, Sindisiwe, Ntombifuthi, \
         Lindiwe, Phumzile, Thobile, Nonhlanhla, Busisiwe, Zinhle, Ayanda, Hlengiwe, \
         Khethiwe, Gugu, Nokwanda, Sibongile, Thembelihle, Mbali, Philile, Nosipho, \
         Samkelisiwe, Londiwe, Nomcebo, Slindile, Zamantungwa, Balungile, Fikile, Duduzile, \
         Qinisile, Cebisile, Thulile, Ntokozo, Bongekile, Sthembile, Nondumiso, Nokubonga, \
         Celiwe, Xoliswa, Gcinile, Makhosazana, Simphiwe"
    ),
    male: words!(
        "Sipho, Bhekizizwe, Nkosinathi, Thulani, Mandla, Bongani, Sibusiso, Nhlanhla, \
         Mthokozisi, Sandile, Lindokuhle, Musawenkosi, Siyabonga, Mxolisi, Qiniso, Sifiso, \
         Thabani, Vusumuzi, Zakhele, Nqaba, Menzi, Mduduzi, Lwazi, Mfanafuthi, Njabulo, \
         Khulekani, Philani, Themba, Jabulani, Dumisani, Sanele, Ayanda, Wandile, Xolani, \
         Phakamani, Muziwandile, Bhekumuzi, Sakhile, Mthandeni, Cebolenkosi, Ntuthuko, \
         Fanele, Gcinumuzi, Zwelakhe, Nduduzo"
    ),
    surnames: words!(
        "Dlamini, Nkosi, Khumalo, Mkhize, Ndlovu, Zungu, Cele, Mthembu, Ngcobo, Buthelezi, \
         Sithole, Shabalala, Gumede, Hadebe, Mchunu, Majola, Nxumalo, Ntuli, Mhlongo, Zwane, \
         Msomi, Mbatha, Ngubane, Xaba, Zikhali, Biyela, Dube, Hlongwane, Hlophe, Jali, \
         Kubheka, Langa, Luthango, Mabaso, Madondo, Madonsela, Mahlangu, Makhathini, \
         Manqele, Masondo, Mazibuko, Mbhele, Mdletshe, Mdluli, Memela, Mlambo, Mngadi, \
         Mncwango, Mpanza, Msimango, Mtshali, Mvelase, Myeni, Ndwandwe, Ngema, Ngwenya, \
         Nyembe, Nyawo, Phakathi, Qwabe, Radebe, Sibisi, Sibiya, Thwala, Vilakazi, Ximba, \
         Xulu, Zondi, Zondo"
    ),
};
