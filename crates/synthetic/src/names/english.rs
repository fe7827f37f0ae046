//! Names usual among English speakers.

use super::NameSet;
use crate::words::words;

pub(super) static NAMES: NameSet = NameSet {
    female: words!(
        "Emily, Charlotte, Olivia, Jessica, Megan, Chloë, Zoë, Sarah, Catherine, Rebecca, \
         Hannah, Bronwyn, Candice, Leigh-Anne, Mary-Jane, Jennifer, Patricia, Margaret, \
         Susan, Heather, Dorothy, Beverley, Gillian, Lauren, Kirsten, Nicole, Natalie, \
         Samantha, Tracey, Robyn, Shannon, Caitlin, Amy, Isabella, Grace, Lucy, Phoebe, \
         Imogen, Joan, Sheila, Maureen, Sinéad, Fiona, Alison, Claire, Anne"
    ),
    male: words!(
        "James, Michael, David, Andrew, Robert, Peter, Christopher, Matthew, Daniel, Luke, \
         Joshua, Timothy, Stephen, Graham, Keith, Neil, Colin, Trevor, Ian, Alastair, Bruce, \
         Craig, Dean, Gareth, Grant, Kevin, Mark, Nicholas, Oliver, Patrick, Philip, \
         Richard, Roger, Ryan, Sean, Seán, Simon, Thomas, Warren, William, Benjamin, \
         Jonathan, Connor, Liam, Ethan, John-Paul"
    ),
    surnames: words!(
        "Smith, Jones, Brown, Taylor, Williams, Wilson, Johnson, Evans, Walker, Wright, \
         Robinson, Thompson, White, Hughes, Edwards, Green, Hall, Wood, Harris, Clarke, \
         Jackson, Turner, Hill, Cooper, Ward, Morris, Moore, Clark, Lee, King, Baker, \
         Harrison, Morgan, Allen, Scott, Watson, Parker, Bennett, Young, Shaw, O'Brien, \
         O'Connor, O'Neill, O’Reilly, McDonald, MacKenzie, McGregor, Fitzgerald, St Clair, \
         Smith-Jones, Lloyd-Roberts, Ashworth, Barnard, Blackburn, Carrington, Dunstan, \
         Eastwood-Hale, Featherstone, Goldberg, Hartley, Ingham, Katz, Levin, Marchant, \
         Pemberton, Quigley, Rosenthal, Sinclair, Whitfield"
    ),
};
