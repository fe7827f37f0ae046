//! Names usual among families from the Congo basin.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Béatrice, Chantal, Clémence, Désirée, Élodie, Espérance, Francine, Gisèle, Grâce, \
         Hélène, Immaculée, Jeannette, Joséphine, Judith, Julienne, Léontine, Lydie, \
         Marcelline, Marie-Claire, Marie-Louise, Mireille, Nadège, Noëlla, Odette, Passy, \
         Pélagie, Rachel, Régine, Rosette, Sidonie, Solange, Sylvie, Thérèse, Valérie, \
         Véronique, Viviane, Yvette, Yvonne, Zawadi, Neema, Furaha, Bahati, Mapendo, Sifa"
    ),
    male: words!(
        "Aimé, Alain, Alphonse, Amédée, Augustin, Baudouin, Blaise, Célestin, Christian, \
         Claude, Cyprien, Didier, Dieudonné, Éric, Fabrice, Félicien, Fidèle, François, \
         Gaëtan, Gédéon, Héritier, Hervé, Hugues, Jean-Baptiste, Jean-Claude, Jean-Pierre, \
         Joël, Josué, Léon, Marcellin, Moïse, Noël, Olivier, Pacifique, Papy, Pascal, \
         Patient, Rémy, Serge, Théophile, Trésor, Valentin, Yannick, Baraka, Amani"
    ),
    surnames: words!(
        "Ilunga, Kabongo, Kalala, Kalonji, Kambale, Kapinga, Kasongo, Katende, Kazadi, \
         Kibangula, Kitenge, Lokwa, Lubamba, Lukusa, Lunda, Luzolo, Mabiala, Makengo, \
         Makiese, Malonga, Mansanga, Matondo, Mavinga, Mbala, Mbayo, Mbemba, Mbuyi, \
         Mbuyamba, Mfumu, Monga, Mputu, Muamba, Mudiay-Ntumba, Mukendi, Mukeba, Mulamba, \
         Mulumba, Mumba, Musau, Mutamba, Mutonji-Kanku, Mwamba, Mwilambwe, Nkongolo, \
         Ngalula, Ngandu, Ngoie, Ngoma, Ngoyi, Nkulu, Nsimba, Ntambwe, Nzuzi, Odia, Omari, \
         Sefu, Shabani, Tambwe, Tshibangu, Tshimanga, Tshiswaka, Wa Ilunga, wa Kabamba-Ngoy, \
         Yav, Yumba"
    ),
};
