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
/// Seeing, adding and taking away the accounts elsewhere that open one's own.
pub const LINK_UPSTREAM: Permission = Permission::persons("identity.link-upstream");
/// Seeing in clear and correcting what the own account says of its holder.
pub const CORRECT_ACCOUNT: Permission = Permission::persons("identity.correct-account");
/// Seeing the own account as a member of staff.
pub const SEE_STAFF_ACCOUNT: Permission = Permission::staff("identity.see-staff-account", &[]);
/// Acting for another, or for oneself again; answering offers to do so.
pub const SWITCH_HAT: Permission = Permission::persons("identity.switch-hat");
/// Naming and revoking agents of one's own, and of a legal person whose agents one names; seeing what they did.
pub const MANAGE_AGENTS: Permission = Permission::persons("identity.manage-agents");
/// Entering guardians and legal representatives with the document on which that rests, at an acceptance desk.
pub const ENTER_MANDATES: Permission = Permission::staff("identity.enter-mandates", &[Role::Acceptance]);
/// Reading the public directory of bodies.
pub const SEE_BODIES: Permission = Permission::everyone("identity.see-bodies");
/// Seeing who is away in the own body and who stands in for them.
pub const SEE_DEPUTIES: Permission = Permission::staff("identity.see-deputies", &[]);
/// Naming and ending deputies; whose, is asked by the command.
pub const NAME_DEPUTIES: Permission = Permission::staff(
    "identity.name-deputies",
    &[Role::Acceptance, Role::Review, Role::Decision, Role::Administration],
);
/// Choosing in which of one's own posts one acts.
pub const CHOOSE_POST: Permission = Permission::staff("identity.choose-post", &[]);
/// Reading what administrators and counters did.
pub const SEE_ACTS: Permission = Permission::staff("identity.see-acts", &[Role::Administration, Role::Audit]);
/// Seeing staff and their posts; of which bodies, is asked by the query.
pub const SEE_STAFF: Permission =
    Permission::staff("identity.see-staff", &[Role::Administration, Role::Audit]);
/// Adding staff, giving and ending posts; of which bodies, is asked by the command.
pub const MANAGE_STAFF: Permission = Permission::staff("identity.manage-staff", &[Role::Administration]);
/// Comparing documents and giving ways back into accounts at a counter.
pub const WORK_COUNTER: Permission = Permission::staff("identity.work-counter", &[Role::Acceptance]);
/// Coming back into the own account with a slip from a counter.
pub const RECOVER: Permission = Permission::everyone("identity.recover");
