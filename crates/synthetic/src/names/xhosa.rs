//! Names usual among isiXhosa speakers.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Nomfundo, Noluthando, Nontsikelelo, Xolile, Xoliswa, Nomonde, Ntombekhaya, \
         Nokhanyo, Zukiswa, Lulama, Babalwa, Vuyokazi, Thandokazi, Siphokazi, Nomalanga, \
         Nobuntu, Phumla, Nceba, Akhona, Asanda, Ntombizanele, Bulelwa, Yoliswa, Khanyisa, \
         Nwabisa, Zoleka, Nomaxabiso, Nomawethu, Noxolo, Qaqamba, Ongezwa, Pumeza, Unathi, \
         Zintle, Liyema, Anelisa, Lindelwa, Nolitha, Vuyelwa, Nontuthuzelo, Funeka, Gcobisa, \
         Nangamso, Nosiviwe, Nomnqweno, Mandisa"
    ),
    male: words!(
        "Xola, Mzwandile, Luvuyo, Monde, Sizwe, Mncedisi, Ayabonga, Lukhanyo, Bonginkosi, \
         Loyiso, Siphelo, Zolani, Thembinkosi, Andile, Mzukisi, Vuyani, Mbulelo, Luyanda, \
         Athenkosi, Xolisa, Lwando, Siyamthanda, Mlungisi, Khaya, Khayalethu, Wandisile, \
         Odwa, Bulelani, Thamsanqa, Phumlani, Lunga, Sakhumzi, Gcobani, Qhayiya, Mphuthumi, \
         Nkululeko, Sabelo, Yanga, Zukile, Ntsikelelo, Malibongwe, Mthetheleli, Makhaya, \
         Zamuxolo, Nyaniso"
    ),
    surnames: words!(
        "Bavu-Yako, Bhengu, Bobani, Booi, Daniso, Dyantyi, Fodo, Gcaba, Gqirana, Gxoyiya, \
         Jacu, Jikijela, Jonas, Kali, Kewuti, Khonza, Kondlo, Kwinana, Lubisi, Lugayeni, \
         Mabandla, Mabija, Magadla, Majodina, Makalima, Makeleni, Mani, Mankayi, Mapisa, \
         Matiwane, Matshoba, Mayekiso, Mbangi, Mbekeni, Mdingi, Mfeketo, Mgudlwa, Mjoli, \
         Mnqanqeni, Mpahlwa, Mqhayisa, Mqikela, Mtyeku, Mvunelwa, Nciza, Ndamase, Ndzondo, \
         Ngcukana, Ngqawana, Ngxola, Njokweni, Nkohla, Nqabeni, Nqweniso, Ntloko, Ntshinga, \
         Nyhontso, Qwesha, Rasmeni, Sandla, Sigcau, Sobekwa, Somdyala, Stofu-Njoli, \
         Tshangana, Tyhali, Vabaza, Xego, Xhalisa, Zibi, Zokufa"
    ),
};
