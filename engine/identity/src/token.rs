//! The secret that a signed-in visit carries.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use guomi::sm3;

/// The token of a session (会话令牌), and every other secret of single sign-on: 32 random bytes, as text for a cookie or an `Authorization` header.
/// Only its hash is stored, so a copy of the database opens no visit.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// A new one that nobody can guess.
    pub fn fresh() -> Self {
        Self(guomi::random_bytes())
    }

    /// Reads what a client sent; text of another shape is no token.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// The text for the client. This is the whole secret.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What is stored.
    pub fn digest(&self) -> sm3::Digest {
        sm3::digest(&self.0)
    }

    /// The token that the forms of this visit carry. It follows from the secret, so it changes with it and is
    /// stored nowhere; nobody can go back from it.
    pub(crate) fn csrf(&self) -> String {
        web::csrf_token(&self.0, "forms")
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_and_forgeries_do_not() {
        let token = Token::fresh();
        assert_eq!(token.reveal().len(), 43);
        assert_eq!(Token::parse(&token.reveal()), Some(token.clone()));
        assert_ne!(token, Token::fresh());
        for forged in
            ["", "x", "a b", &token.reveal()[1..], &format!("{}A", token.reveal()), "../../../etc/passwd"]
        {
            assert_eq!(Token::parse(forged), None, "{forged}");
        }
    }

    #[test]
    fn nothing_that_is_stored_or_printed_is_the_secret() {
        let token = Token([7; 32]);
        assert_eq!(token.digest(), sm3::digest(&[7; 32]));
        assert_ne!(token.digest(), token.0);
        assert_ne!(token.csrf(), token.reveal());
        assert_eq!(format!("{token:?}"), "Token(…)");
    }
}
