//! What may be done here, and by whom. Who a client is, each endpoint asks itself.

use kernel::{Permission, Role};

/// What clients ask of the provider; they prove themselves there.
pub const ASK: Permission = Permission::everyone("oidc.ask");
/// Signing on to a connected system; a stranger is led to the sign-in first.
pub const SIGN_ON: Permission = Permission::everyone("oidc.sign-on");
/// Signing out of everything that one visit has opened; a stranger who does it is none the worse.
pub const SIGN_OUT: Permission = Permission::everyone("oidc.sign-out");
/// Saying yes or no to what a connected system asks, and to a terminal.
pub const CONSENT: Permission = Permission::signed_in("oidc.consent");
/// Seeing the own connected systems and parting from them.
pub const SEE_OWN: Permission = Permission::signed_in("oidc.see-own");
/// Registering connected systems and keys.
pub const MANAGE_CLIENTS: Permission = Permission::staff("oidc.manage-clients", &[Role::Administration]);
/// Seeing connected systems and keys: for the administration, and for the auditor, who changes nothing.
pub const SEE_CLIENTS: Permission =
    Permission::staff("oidc.see-clients", &[Role::Administration, Role::Audit]);
