//! Names usual among Tshivenda speakers.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Ndivhuwo, Takalani, Mashudu, Rofhiwa, Livhuwani, Mulalo, Ṱhifhelimbilu, \
         Azwihangwisi, Avhashoni, Dakalo, Elelwani, Fhatuwani, Fulufhelo, Funanani, \
         Hulisani, Humbulani, Khathutshelo, Konanani, Lufuno, Lutendo, Maanḓa, Mbavhalelo, \
         Mpho, Muofhe, Murendeni, Musiwa, Ṋaledzani, Ndamulelo, Nḓileni, Nkhumeleni, \
         Nyadzani, Phathutshedzo, Pfarelo, Ronewa, Rudzani, Sedzani, Shonisani, Shumani, \
         Thinawanga, Thizwilondi, Tshilidzi, Tshimangadzo, Tendani, Unarine, Vhuhwavho, \
         Vhutshilo, Zwivhuya, Aluwani"
    ),
    male: words!(
        "Aifheli, Mulaifa, Khuthadzo, Ndiitwani, Rendani, Mukundi, Muḓinḓi, Ndivhudza, \
         Maṅwe, Vhonani, Tshifhiwa, Mashudu, Thivhulawi, Talifhani, Sedzani, Rabelani, \
         Phumudzo, Pfano, Oritonda, Nndwakhulu, Ntakadzeni, Ngwedzo, Ndwamato, \
         Ndishavhelafhi, Musiiwa, Mushoni, Murunwa, Muthuhadini, Mutshidzi, Mulweli, \
         Muimeleli, Mbulaheni, Mbofholowo, Lindelani, Lavhelesani, Khangwelo, Humbelani, \
         Gundo, Fhulufhedzani, Fhumulani, Edzisani, Dembe, Azwinndini, Avhapfani, Alilali, \
         Aluwani, Wavhudi, Zwoluga"
    ),
    surnames: words!(
        "Mudau, Mulaudzi, Nemutandani, Netshitenzhe, Ramabulana, Tshivhase, \
         Mphephu-Nyelisani, Ṋemaḓi, Ṋemavhola, Nengovhela, Netshifhefhe, Netshiongolwe, \
         Nevhutalu, Nekhavhambe, Nelwamondo, Nemukula, Nethengwe, Netshilindi, Neluvhalani, \
         Ṱhagwana, Tshikovhi, Tshikororo, Tshivhula, Tshishonga, Tshifularo, Thovhakale, \
         Sinthumule, Sikhwari, Singo, Siphuma, Siaga, Rasivhaga, Ravhura, Ravele, Rathogwa, \
         Ratshitanga, Rapholo, Ramunenyiwa, Ramaite, Rambau, Rambuda, Ramovha, Raluswinga, \
         Rakhadani, Phaswana, Phalanndwa, Nthulane, Ndou, Nyambeni, Mutshekwane, Mutheiwana, \
         Musetsho, Muthambi, Murovhi, Munyai, Mundalamo, Mulovhedzi, Mukwevho, Mukhwathi, \
         Mugivhi, Mufamadi, Muedi, Mbedzi, Mavhungu, Maṱhabatha, Mashamba, Maphiri, \
         Manenzhe, Maḓima, Mabogo, Lukheli, Luvhengo, Ligege, Lalumbe, Khorommbi, Begwa, \
         Davhana"
    ),
};
