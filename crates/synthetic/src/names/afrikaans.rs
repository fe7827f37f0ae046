//! Names usual among Afrikaans speakers.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Annelie, Elsabé, Marié, Sarie, Marlize, Chanté, Anél, Renée, Maryna, Hettie, \
         Susanna, Petronella, Hester, Aletta, Magdalena, Johanna, Wilhelmina, Elmarie, \
         Karien, Lizélle, Michélle, Riëtte, Tersia, Yolandi, Zelda, Corné, Désirée, Esmé, \
         Francina, Gerda, Ilse, Jacoba, Katrien, Lindie, Mariëtte, Nadia, Ronél, Surita, \
         Tania, Ulrike, Vicky, Wilna, Annetjie, Bettie, Cecilé"
    ),
    male: words!(
        "Pieter, Hendrik, Jacobus, Johannes, Gerhardus, Andries, Willem, Francois, Stefanus, \
         Marthinus, Petrus, Dawid, Schalk, Hannes, Kobus, Danie, Gideon, Christiaan, \
         Cornelius, Lourens, Barend, Tobias, Wynand, Ruan, Riaan, Etienne, André, Renier, \
         Jurie, Casper, Ockert, Dirk, Frikkie, Jannie, Koos, Heinrich, Tiaan, Zander, \
         Wouter, Juan-Pierre, Jéan, Ebenhaeser, Izak, Abraham, Stephanus, Pieter-Willem"
    ),
    surnames: words!(
        "van der Merwe, Janse van Rensburg, van Wyk, van Niekerk, Pretorius, du Plessis, \
         Coetzee, Steyn, Swanepoel, Venter, Fourie, Nel, Kruger, Labuschagné, le Roux, \
         Viljoen, Erasmus, Joubert, Olivier, Oosthuizen, Prinsloo, Potgieter, van Zyl, \
         van der Westhuizen, Snyman, Strydom, Vermeulen, Visser, Marais, Lombard, Louw, \
         Meyer, Naudé, Cilliers, Celliers, de Beer, de Jager, de Wet, du Preez, du Toit, \
         Engelbrecht, Esterhuizen, Geldenhuys, Grobler, Human, Jansen van Vuuren, Jordaan, \
         Kotzé, Landman, Lubbe, Mostert, Muller, Nortjé, Opperman, Pienaar, Rautenbach, \
         Roos, Rossouw, Scheepers, Schoeman, Smit, Spies, Terblanche, Uys, van Aswegen, \
         van den Berg, van der Walt, van Heerden, van Jaarsveld, van Tonder, Wessels, \
         Bezuidenhout, Beukes, Booysen, Cloete, Kleynhans, Groenewald, Badenhorst, Bosman, \
         Breytenbach, von Wielligh, op 't Hof, in 't Veld"
    ),
};
