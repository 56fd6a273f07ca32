//! Who seals for which body (签章).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use guomi::demo_ca::{DemoCa, DemoCaError};
use guomi::{Certificate, Signer};

/// Who makes the seals of the demonstration (制章机构), and what stands for its code.
const DEMO_MAKER: (&str, &str) = ("通办演示制章机构 Tongban Demo Seal Authority", "SEALMAKER");

/// A body has no signer.
#[derive(Debug, thiserror::Error)]
pub enum SignersError {
    /// The demonstration authority.
    #[error(transparent)]
    Demo(#[from] DemoCaError),
}

/// The authority that keys and certificates of the bodies come from. Certificates of a licensed authority (电子认证服务机构)
/// will be a second kind.
#[derive(Debug)]
enum Authority {
    Demo(DemoCa),
}

/// The signers of the bodies, opened when first needed and then kept: opening a key file is slow on purpose.
/// Cheap to clone.
#[derive(Clone)]
pub struct Signers(Arc<Inner>);

struct Inner {
    authority: Authority,
    /// By social credit code and name: a body that changed its name needs another certificate.
    open: Mutex<BTreeMap<(String, String), Arc<dyn Signer>>>,
}

impl std::fmt::Debug for Signers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signers").field("authority", &self.0.authority).finish_non_exhaustive()
    }
}

impl Signers {
    /// Signers of the demonstration authority.
    pub fn demo(authority: DemoCa) -> Self {
        Self(Arc::new(Inner { authority: Authority::Demo(authority), open: Mutex::default() }))
    }

    /// The certificate that whoever checks a document trusts.
    pub fn root(&self) -> &Certificate {
        match &self.0.authority {
            Authority::Demo(authority) => authority.root(),
        }
    }

    /// The authority that makes the seals of the bodies (制章者). As slow at first as [`Signers::of_body`].
    pub fn maker(&self) -> Result<Arc<dyn Signer>, SignersError> {
        let (name, code) = match &self.0.authority {
            Authority::Demo(_) => DEMO_MAKER,
        };
        self.of_body(name, code)
    }

    /// The signer of a body. The first call for a body takes about a second of computing: not in an async task.
    pub fn of_body(&self, name: &str, uscc: &str) -> Result<Arc<dyn Signer>, SignersError> {
        let key = (uscc.to_owned(), name.to_owned());
        if let Some(signer) = self.0.open.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(signer));
        }
        // Not under the lock: other bodies need not wait. Should two open the same signer, either will do.
        let signer: Arc<dyn Signer> = match &self.0.authority {
            Authority::Demo(authority) => Arc::new(authority.signer(name, uscc)?),
        };
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&signer));
        Ok(signer)
    }
}
