//! Names usual among families of the Cape, often with Afrikaans and English at home.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Fatima, Shanaaz, Chantel, Bernadette, Charmaine, Delia, Faldiela, Gadija, \
         Gairoenisa, Insaaf, Jasmine, Jo-Anne, Kaashiefa, Latiefa, Lee-Ann, Mareldia, \
         Mariam, Mishka, Nazlie, Nuraan, Rachelle, Raeesah, Razia, Rochelle, Ruwayda, \
         Saadiqa, Sharifa, Sharon, Shireen, Sumaya, Tasneem, Tarryn, Toughieda, Urshla, \
         Veronica, Washiela, Yasmina, Zaida, Zulfa, Zubeida, Melanie, Magrieta, Katriena, \
         Elzaan, Denise"
    ),
    male: words!(
        "Abduraghmaan, Achmat, Ashley, Ashraf, Brandon, Cedric, Clive, Dawood, Deon, \
         Ebrahim, Edgar, Ernest, Faizel, Fuad, Gasant, Garth, Goosain, Igsaan, Imraan, \
         Ismail, Jerome, Keanan, Llewellyn, Luqmaan, Marlon, Moegamat, Moosa, Nazeem, \
         Nizaam, Quinton, Rashaad, Reginald, Riedewaan, Rodney, Sadick, Shafiek, Shaun, \
         Sulaiman, Taariq, Toyer, Wayne, Yaseen, Yusuf, Zaahid, Zaid, Zunaid, Mogamat-Amien"
    ),
    surnames: words!(
        "Abrahams, Adams, Adonis, Africa, Alexander, Allie, Arendse, Arries, Baatjes, \
         Bassier, Benjamin, Beukes, Bailey, Carelse, Carolus, Cornelissen, Cupido, Daniels, \
         Davids, Dollie, Dyason, Ebrahim, Esau, Februarie, Filander, Fisher, Fortuin, \
         Frantz, Gabriels, Galant, Gamiet, Gertse, Goliath, Hartzenberg, Hendricks, Isaacs, \
         Jacobs, Jaftha, Jansen, Januarie, Jappie, Jardine, Kamaldien, Kannemeyer, Kiewiets, \
         Lakay, Lategan, Loggenberg, Lucas, Manie-Petersen, Matthee, Meintjies, Mentoor, \
         Moosa, Newman, Oktober, Paulse, Petersen, Philander, Plaatjies, Rhoda, Salie, \
         Samaai, Samsodien, September, Solomons, Titus, Toefy, Valentyn, Williams-Fortuin, \
         Witbooi"
    ),
};
