//! Names usual among Khoe and San families of the north, with click letters.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "ǀKhaesa, ǃUriǁgas, ǁGamis, ǂNūkhoes, ǀNamses, ǃGaoses, N!ani, N!hunkxa, ǀAvas, \
         ǁKhawas, ǃHaras, ǂAnis, Katrina, Anna, Griet, Lena, Sanna, Magriet, Elisabet, Sara, \
         Rachel, Mina, Drieka, Hanna, Betta, Siena, Lys, Maria, Sofia, Aletta, Dina, Eva, \
         Fya, Una, ǀUisa, ǃNamiǂnūs, Xoaǁ'an, ǃXóõsa, ǂKheisi, ǀGõases, Ou-Anna, Rosina, \
         Gǂkao'n"
    ),
    male: words!(
        "ǃNaruseb, ǀHôab, ǁKhaeb, ǂGaeb, ǃGarib, ǀUib, ǁAraseb, ǂŌab, ǃXóõ, ǃXam, N!amce, \
         Gǃkunta, Dam, Dawid, Jan, Andries, Isak, Hendrik, Klaas, Piet, Willem, Frans, \
         Abraham, Jakob, Oupa, Karel, Gert, Hans, Kallie, Lukas, Petrus, Simon, Adam, \
         Tities, ǀKaǃgê, ǃNanseb, ǀIǁkhob, ǂNabab, ǁGôab, ǃKharab, ǁOeb, Kxʼao, Tsamkxao, \
         Gao"
    ),
    surnames: words!(
        "ǃNaruseb, ǀUirab, ǂGaeseb, ǁHoëseb, ǃGawaseb, ǀAwaseb, ǁGaroëb, ǂNeib, ǃUrib, \
         ǀNowaseb, ǃHoaëb, ǁKhariseb, ǂAribeb, ǀGaseb, ǃXóõ, ǁOaseb, ǃNoabeb, Baartman, \
         Beukes, Bladbeen, Bok, Cloete, Dausab, Diergaardt, Eiman, Engelbrecht, Festus, \
         Gariseb, Goeieman, Haraseb, Isaaks, Jager, Kariseb, Kazombiaze, Khamuxab, Koopman, \
         Kooper, Kruiper, Leeuwner, Links, Louw, Malgas, Markus, Matroos, Moos, Nuwuseb, \
         Olyn, Org, Pienaar, Plaatjie, Rooi, Saal, Seibeb, Skeyer, Swartbooi, Tieties, \
         Titus, Tsamaseb, Tsauseb, Vaalbooi, Vries, Waterboer, Witbooi, Xamseb, ǀUseb-Rooi"
    ),
};
