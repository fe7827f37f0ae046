//! E-mail addresses in reserved domains.

use crate::draw::Draw;
use crate::fold::fold_into;
use crate::words::words;

/// Domains that RFC 2606 keeps free for examples.
const DOMAINS: &[&str] = words!("example.org, example.com, example.net, mail.example.org, post.example.net");

/// An address made of a person's names, in ASCII.
pub(crate) fn address(draw: &mut Draw, given_names: &str, surname: &str) -> String {
    let first = given_names.split(' ').next().unwrap_or_default();
    let mut address = String::with_capacity(40);
    fold_into(first, &mut address);
    address.push('.');
    fold_into(surname, &mut address);
    draw.digits(2, &mut address);
    address.push('@');
    address.push_str(draw.word(DOMAINS));
    address
}
