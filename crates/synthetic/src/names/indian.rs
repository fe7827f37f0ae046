//! Names usual among Indian South African families.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Priya, Anjali, Kavitha, Lakshmi, Shanthi, Devika, Nirvana, Sarisha, Thavashnee, \
         Yashika, Prinesha, Roshni, Saraswathi, Vasanthi, Indira, Kamala, Savitri, \
         Meenakshi, Pushpa, Logeshnee, Kogilambal, Neela, Nalini, Ashika, Aaliyah, Ayesha, \
         Fathima, Khadija, Nabeela, Raeesa, Safiyya, Sameera, Zainab, Zarina, Bhavna, \
         Daksha, Hansa, Jayshree, Kalpana, Minal, Nisha, Rekha, Sunita, Urmila, Usha"
    ),
    male: words!(
        "Arjun, Rajesh, Kamalesh, Dhevan, Vishal, Nishen, Yuveshen, Preshen, Logan, Krishna, \
         Sathia, Thavan, Ganesan, Kuben, Morgan, Navin, Pravesh, Ravindra, Sanjay, Shivan, \
         Suren, Theshan, Ugen, Vimal, Yashveer, Ahmed, Bilal, Faheem, Haroon, Ismail, \
         Junaid, Mohammed, Naeem, Rashid, Suhail, Tariq, Uzair, Yunus, Zahir, Anil, Bharat, \
         Dilip, Hitesh, Jayesh, Kishore, Mukesh"
    ),
    surnames: words!(
        "Naidoo, Govender, Pillay, Moodley, Reddy, Chetty, Naicker, Padayachee, Maharaj, \
         Singh, Ramdass, Ramsamy, Perumal, Subramoney, Gounden, Munsamy, Nair, Ramlall, \
         Rampersad, Sewpersad, Bhagwandin, Bhana, Desai, Patel, Parbhoo, Mistry, Lalla, \
         Nagar, Vallabh, Gopal, Harilal, Haripersad, Jugmohan, Kalicharan, Khan, \
         Kathree-Vawda, Mahomed, Mohamed, Moosa, Osman, Essop, Cassim, Dawood, Ebrahim, \
         Hassim, Suleman, Seedat, Vahed, Paruk, Randeree, Karim, Latiff, Joosub, Chohan, \
         Ganas, Iyer, Kisten, Marimuthu, Murugan, Nadasen, Nayager, Soobramoney, Thaver, \
         Valjee, Veerasamy"
    ),
};
