//! What may be done here, and by whom. Whether *this* legal person may be managed is asked by each command.

use kernel::{Permission, Role};

/// Opening an account.
pub const REGISTER: Permission = Permission::everyone("identity.register");
/// Signing in.
pub const SIGN_IN: Permission = Permission::everyone("identity.sign-in");
/// Signing out; a stranger who does it is none the worse.
pub const SIGN_OUT: Permission = Permission::everyone("identity.sign-out");
/// Seeing the own visit and account.
pub const SEE_SELF: Permission = Permission::signed_in("identity.see-self");
/// Seeing the own data, hats and sign-ins.
pub const SEE_ACCOUNT: Permission = Permission::persons("identity.see-account");
/// Changing what protects the own account, proving oneself again, ending own visits.
pub const CHANGE_ACCOUNT: Permission = Permission::signed_in("identity.change-account");
/// Seeing the own account as a member of staff.
pub const SEE_STAFF_ACCOUNT: Permission = Permission::staff("identity.see-staff-account", &[]);
/// Acting for a legal person, or for oneself again.
pub const SWITCH_HAT: Permission = Permission::persons("identity.switch-hat");
/// Naming and revoking agents of a legal person that one represents.
pub const MANAGE_AGENTS: Permission = Permission::persons("identity.manage-agents");
/// Reading the public directory of bodies.
pub const SEE_BODIES: Permission = Permission::everyone("identity.see-bodies");
/// Seeing who is away in the own body and who stands in for them.
pub const SEE_DEPUTIES: Permission = Permission::staff("identity.see-deputies", &[]);
/// Naming and ending deputies; whose, is asked by the command.
pub const NAME_DEPUTIES: Permission = Permission::staff(
    "identity.name-deputies",
    &[Role::Acceptance, Role::Review, Role::Decision, Role::Administration],
);
