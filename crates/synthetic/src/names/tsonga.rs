//! Names usual among Xitsonga speakers.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Nkhensani, Tsakani, Tinyiko, Hlulani, Basani, Rirhandzu, Vutomi, N'wa-Xitlhangu, \
         Ntsakisi, Khensani, Amukelani, Tintswalo, Nyiko, Xihluke, Xongisa, Misaveni, \
         Mihloti, Makhanani, Mkateko, Masingita, Makungu, Langutani, Lulekani, Kulani, \
         Hasani, Dzunisani, Delani, Constance, Bridget, Ntwanano, Nsovo, Mixo, Wisani, \
         Yinhla, Tsundzuka, Tiyiselani, Sasavona, Rhandzu, Pfuxani, Nkateko, Miyelani, \
         N'wa-Mhinga, Xitsundzuxo, Hlamalani, Hlayisani"
    ),
    male: words!(
        "Vukosi, Hlengani, Rhulani, Nyiko, Khazamula, Ntsako, Tiyani, Mbhoni, Xihlovo, \
         Xilumani, Hitekani, Tsakane, Solani, Risimati, Musa, Mzamani, Mafemani, Kulani, \
         Khensa, Hlawulani, Gezani, Dumisani, Dzunani, Bombani, Akani, Ndzalama, Nhlamulo, \
         Nkhensa, Oriel, Phanuel, Rivalani, Rifumo, Shonisani, Sikheto, Themba, Tlangelani, \
         Vongani, Vutlhari, Wiseman, Xitshembiso, Yingwani, Fumani, Famanda, Makhubele, \
         Hluvuko"
    ),
    surnames: words!(
        "Baloyi, Chauke, Maluleke, Mabunda, Makhubele, Mathebula, Mavunda, Shivambu, \
         Hlungwani, Khosa, Nkuna, Ngobeni, Mabasa, Rikhotso, Ndlhovu, Sambo, Bila, \
         Bilankulu, Chabalala, Chavalala, Golele, Gezani, Hlongwana, Hobyane, Khoza, Kubayi, \
         Langa, Lubisi, Macevele, Machimana, Mahlaule, Mahori, Makamu, Makondo, Malungana, \
         Manganyi, Maringa, Mashaba, Mashele, Maswanganyi, Mathonsi, Matsebatlela, Mayimele, \
         Mbokota, Mhinga, Mhlarhi, Miyambo, Mkansi, Mkhabela, Mnisi, Mongwe, Mthombeni, \
         Mtileni, Muhlari, Mushwana, N'wamitwa, Ndhambi, Ndzukula, Nghonyama, Nkanyani, \
         Nkatingi, Novela, Nxumalo, Nyathi, Risiva, Shikwambana, Shilubane, Shiluvana, \
         Sithole, Tivana, Tlakula, Valoyi, Xikombiso, Xitlhabana, Zitha"
    ),
};
