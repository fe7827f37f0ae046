//! Names usual among families of Portuguese descent.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Maria João, Conceição, Inês, Luísa, Lúcia, Graça, Assunção, Fátima, Natália, \
         Rosália, Beatriz, Catarina, Carla, Sónia, Mónica, Patrícia, Teresa, Leonor, \
         Mafalda, Margarida, Lurdes, Manuela, Isabel, Joana, Helena, Filomena, Filipa, \
         Fernanda, Elsa, Daniela, Cristina, Cláudia, Celeste, Bárbara, Ângela, Ana Paula, \
         Anabela, Amélia, Alícia, Adelaide, Vânia, Susana, Sílvia, Rosário, Rita"
    ),
    male: words!(
        "João, José, António, Luís, Joaquim, Sebastião, Estêvão, Simão, Mário, Júlio, \
         Hélder, Fábio, Flávio, Cláudio, Álvaro, Óscar, Rúben, Valentim, Vasco, Tiago, \
         Sérgio, Rui, Ricardo, Renato, Paulo, Pedro, Nuno, Miguel, Marco, Manuel, Leonel, \
         Jorge, Hugo, Gonçalo, Gil, Francisco, Fernando, Filipe, Duarte, Diogo, Carlos, \
         Armando, Amílcar, Alexandre, Agostinho"
    ),
    surnames: words!(
        "da Silva, dos Santos, Gonçalves, Fernandes, Rodrigues, Pereira, Ferreira, de Sousa, \
         de Freitas, de Abreu, da Costa, Gouveia, Vieira, Teixeira, Nunes, Mendonça, \
         Conceição, Assunção, Araújo, Andrade, Barbosa, Barros, Branco, Caldeira, Câmara, \
         Cardoso, Carvalho, Coelho, Correia, Cunha, Dias, Esteves, Faria, Figueira, Garcês, \
         Gomes, Henriques, Jardim, Jesus, Leitão, Lopes, Macedo, Machado, Magalhães, \
         Marques, Martins, Matos, Mendes, Moniz, Monteiro, Neves, Nóbrega, Oliveira, \
         Pestana, Pinto, Ramos, Ribeiro, Rocha, Sá, Spínola, Tavares, Valente, Vasconcelos, \
         Velosa, dos Ramos"
    ),
};
