//! Names usual among families from Somalia and Ethiopia.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Hodan, Ifrah, Sahra, Amina, Halima, Khadra, Fadumo, Faduma, Ayaan, Asli, Ubah, \
         Sagal, Hibaaq, Idil, Ladan, Leyla, Maryan, Muna, Nimco, Nasteexo, Qamar, Rahma, \
         Ruqiya, Safiya, Sucaad, Shukri, Xaawo, Xalimo, Zamzam, Zeinab, Cawo, Caasha, Deeqa, \
         Canab, Barni, Bilan, Caaliya, Filsan, Hamdi, Haweeyo, Hinda, Iman, Istaahil, \
         Jamilo, Kiin, Abeba"
    ),
    male: words!(
        "Abdi, Abdirahman, Abdullahi, Abshir, Ahmed, Ali, Axmed, Bashir, Bile, Cabdi, Cali, \
         Cismaan, Dahir, Daud, Diriye, Faarax, Farah, Geedi, Guled, Hassan, Hussein, \
         Ibrahim, Ilyaas, Ismaciil, Jaamac, Jama, Khalid, Liban, Mahad, Maxamed, Mohamud, \
         Muqtaar, Mustafe, Nuur, Omar, Osman, Rooble, Saciid, Samatar, Sharmarke, Suleiman, \
         Warsame, Xasan, Xuseen, Yusuf, Zakariye, Dawit"
    ),
    surnames: words!(
        "Abdi, Abdille, Abdulle, Abokor, Adan, Ahmed, Ali, Aden, Afrah, Arale, Awale, Barre, \
         Bile, Boqor, Buraale, Cabdulle, Cige, Cilmi, Dahir, Darod, Dhuhulow, Diini, Diriye, \
         Dualeh, Egeh, Elmi, Faarax, Farah, Gabayre, Geele, Guled, Gurey, Haji, Halane, \
         Hashi, Hersi, Hirsi, Hussein, Ibrahim, Isse, Jaamac, Jibril, Kaahin, Kediye, \
         Keynan, Liban, Maalim, Magan, Mahamoud, Mohamud, Mohamed, Muse, Nuur, Nuux, Olol, \
         Omar, Osman, Qaasim, Roble, Samatar, Shire, Sugule, Warsame, Wehelie, Xirsi, Yusuf"
    ),
};
