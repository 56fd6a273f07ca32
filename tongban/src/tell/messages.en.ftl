tell-submitted-title = Application received: { $item_en }
tell-submitted-text = Case number { $number }. { $until ->
    [unknown] The office says within the statutory limit whether it accepts it; the day is known once the holidays are announced.
   *[other] The office says by { $until } whether it accepts it.
 }
tell-expedited-title = Goes first: { $item_en }
tell-expedited-text = Your case { $number } goes through the green channel. Reason: { $reason }.
tell-accepted-title = Accepted: { $item_en }
tell-accepted-text = Your application { $number } is accepted and will be decided within { $limit_en }. { $until ->
    [unknown] The day is known once the holidays are announced.
   *[other] The last day is { $until }.
 } { $basis ->
    [none] {""}
   *[other] Basis: { $basis }.
 }
tell-accepted-by-silence-title = Accepted by law: { $item_en }
tell-accepted-by-silence-text = The office did not answer in time, so your application { $number } counts as accepted from the day it was received (Administrative Licensing Law, art. 32). It will be decided within { $limit_en }. { $until ->
    [unknown] The day is known once the holidays are announced.
   *[other] The last day is { $until }.
 } { $basis ->
    [none] {""}
   *[other] Basis: { $basis }.
 }
tell-not-accepted-title = Not accepted: { $item_en }
tell-not-accepted-text = Your application { $number } was not accepted. Reason: { $reason }.
tell-correction-title = Please correct: { $item_en }
tell-correction-text = { $count ->
    [one] One point of your application { $number } has to be corrected
   *[other] { $count } points of your application { $number } have to be corrected
 }: { $problems }. { $until ->
    [unknown] Please do it soon; the last day is known once the holidays are announced.
   *[other] Please correct and send it by { $until }.
 } Meanwhile the clock of the office stands still.
tell-correction-lapsed-title = Time to correct is over: { $item_en }
tell-correction-lapsed-text = Your application { $number } was not completed in time; the office goes on with what it has.
tell-promise-broken-title = Promised material is late: { $item_en }
tell-promise-broken-text = “{ $material_en }”, which you promised, did not arrive in time ({ $number }). The page of the case says what follows.
tell-arranged-title = Day and place: { $item_en }
tell-arranged-text = Please be there or at hand on { $on }. Place, and what to bring: { $place } ({ $number })
tell-hearing-offered-title = You may ask for a hearing: { $item_en }
tell-hearing-offered-text = Before the office decides you may ask for a hearing ({ $number }). { $until ->
    [unknown] Please ask within the limit; the last day is known once the holidays are announced.
   *[other] Please ask by { $until }; after that the right is gone.
 }
tell-notice-published-title = Public notice: { $item_en }
tell-notice-published-text = Your case { $number } is published until { $until }. { $stops ->
    [yes] Meanwhile the clock of the office stands still.
   *[no] {""}
 }
tell-notice-ended-title = Public notice is over: { $item_en }
tell-notice-ended-text = The public notice of your case { $number } is over and the case goes on. { $until ->
    [unknown] {""}
   *[other] The last day is { $until }.
 }
tell-extended-title = More time: { $item_en }
tell-extended-text = The office takes { $limit_en } more for your case { $number }. { $until ->
    [unknown] The new last day is known once the holidays are announced.
   *[other] The last day is { $until }.
 } Reason: { $reason }. { $basis ->
    [none] {""}
   *[other] Basis: { $basis }.
 }
tell-suspended-title = Suspended: { $item_en }
tell-suspended-text = Your case { $number } is suspended and its clock stands still. { $ground_en }: { $reason }. Basis: { $basis }.
tell-resumed-title = Goes on: { $item_en }
tell-resumed-text = Your case { $number } goes on and its clock runs again. { $until ->
    [unknown] {""}
   *[other] The last day is { $until }.
 }
tell-terminated-title = Terminated: { $item_en }
tell-terminated-text = Your case { $number } was terminated. { $ground_en }: { $reason }. Basis: { $basis }.
tell-granted-title = Granted: { $item_en }
tell-granted-text = Your application { $number } was granted. { $reason ->
    [none] {""}
   *[other] { $reason }.
 }
tell-refused-title = Refused: { $item_en }
tell-refused-text = Your application { $number } was refused. Reason: { $reason }. The decision says how to appeal.
tell-out-of-time-title = Ended, out of time: { $item_en }
tell-out-of-time-text = Your application { $number } was not completed in time and has ended. You can apply again.
tell-document-title = Document ready: { $item_en }
tell-document-text = “{ $document_en }” is ready (case { $number }); you can see and download it.
tell-check-failed-title = Check not passed: { $item_en }
tell-check-failed-text = Your case { $number } did not pass the check after the decision: { $reason }.

tell-transferred-title = Handed to you: { $item_en }
tell-transferred-text = Case { $number } was handed to you. Reason: { $reason }.
tell-handed-on-title = Your task was handed on: { $item_en }
tell-handed-on-text = Your task of case { $number } was handed to { $name }. Reason: { $reason }.
tell-put-back-title = Your task was put back: { $item_en }
tell-put-back-text = Your task of case { $number } was put back for anybody with the role to take. Reason: { $reason }.
tell-deputy-absent-title = { $deputy } will stand in for you
tell-deputy-absent-text = From { $from } to { $until } { $deputy } stands in for you on the tasks that you have taken. Named by { $by }. Reason: { $reason }. It can be ended earlier.
tell-deputy-deputy-title = Please stand in for { $absent }
tell-deputy-deputy-text = From { $from } to { $until } you stand in for { $absent }: what they have taken is on your desk under “Delegated”, where you can do it or hand it on; the history says that it was you. Named by { $by }.
tell-deputy-ended-title = Standing in has ended: { $deputy } for { $absent }
tell-deputy-ended-absent = { $by } has ended that { $deputy } stands in for you; your tasks are yours again.
tell-deputy-ended-deputy = { $by } has ended that you stand in for { $absent }; their tasks are on your desk no more.
tell-routed-title = Passed to your body: { $item_en }
tell-routed-text = Case { $number } was passed to your body. Reason: { $reason }.
tell-promise-kept-title = Promised material is there: { $item_en }
tell-promise-kept-text = “{ $material_en }” was handed in for case { $number }.
tell-resubmitted-title = Corrected by the applicant: { $item_en }
tell-resubmitted-text = Case { $number } was corrected and its clock runs again. { $until ->
    [unknown] {""}
   *[other] The last day is { $until }.
 }
tell-sent-back-title = Sent back: { $item_en }
tell-sent-back-text = Case { $number } was sent back. Reason: { $reason }.
tell-hearing-requested-title = Hearing asked for: { $item_en }
tell-hearing-requested-text = The applicant of case { $number } asks for a hearing; please arrange it. Reason: { $reason }.
tell-objection-title = Objection: { $item_en }
tell-objection-text = Somebody objected while case { $number } was published; please check and answer: { $reason }.
tell-approval-asked-title = Approval asked for: { $item_en }
tell-approval-asked-text = A request on case { $number } waits for your approval. Reason: { $reason }.
tell-approved-title = Approved: { $item_en }
tell-approved-text = Your request on case { $number } was approved. { $reason ->
    [none] {""}
   *[other] { $reason }.
 }
tell-not-approved-title = Not approved: { $item_en }
tell-not-approved-text = Your request on case { $number } was not approved. { $reason ->
    [none] {""}
   *[other] { $reason }.
 }
tell-warned-title = Limit comes near: { $item_en }
tell-warned-text = Case { $number } is due on { $until }.
tell-overdue-title = Overdue: { $item_en }
tell-overdue-text = Case { $number } was due on { $until }. Please act at once and say why it is late.
tell-withdrawn-title = Withdrawn: { $item_en }
tell-withdrawn-text = The applicant withdrew case { $number }; nothing more is to be done. Reason: { $reason }.
tell-due-moved-title = A last day has moved: { $item_en }
tell-due-moved-text = After holidays were announced ({ $source }) the limit of your case { $number } was counted again. { $until ->
    [unknown] Not all holidays of the year are announced, so the last day is not known yet.
   *[other] The last day is now { $until }.
 } The page of the case shows how every day counts.
tell-account-new-device-title = Your account was used on a new device
tell-account-new-device-text = { $device ->
    [unknown] Somebody signed in to your account from a new device.
   *[other] Somebody signed in to your account from a new device ({ $device }).
  } If it was not you, end all visits and change your password at once.
tell-account-password-changed-title = Your password was changed
tell-account-password-changed-text = The password of your account was changed, and all other visits ended. If it was not you, go to the counter of any body.
tell-account-factor-added-title = A way to sign in was added
tell-account-factor-added-text = An authenticator application or a passkey was set up for your account. If it was not you, end all visits, remove it and change your password at once.
tell-account-factor-removed-title = A way to sign in was removed
tell-account-factor-removed-text = An authenticator application or a passkey of your account was removed. If it was not you, end all visits and change your password at once.
tell-account-recovery-code-used-title = A recovery code was used
tell-account-recovery-code-used-text = A recovery code opened your account and is used up. If it was not you, end all visits and change your password at once.
tell-account-passkey-copied-title = A passkey was refused
tell-account-passkey-copied-text = Somebody used a passkey of yours whose counter went back: it may have been copied, so it was refused. Remove that passkey and add a new one.
tell-mandate-offered-title = Somebody asks you to act for them
tell-mandate-offered-text = { $name } asks you to handle matters for them. See how far it goes under “Acting for”, and accept or decline.
tell-mandate-accepted-title = Your offer was accepted
tell-mandate-accepted-text = { $name } accepted, and may act for you from now on as far as you allowed. All they do is on record, and you can end it at any time.
tell-mandate-declined-title = Your offer was declined
tell-mandate-declined-text = { $name } declined. You can ask somebody else.
tell-mandate-named-title = You are an agent now
tell-mandate-named-text = { $name } named you as an agent. Change for whom you act to handle what they allow.
tell-mandate-revoked-title = Your right to act has ended
tell-mandate-revoked-text = { $name } ended your right to act for them.
tell-mandate-given-up-title = An agent gave the right up
tell-mandate-given-up-text = { $name } gave the right up and acts for you no longer.
tell-mandate-guardian-title = You are entered as guardian
tell-mandate-guardian-text = An office entered you as guardian of { $name }. Change for whom you act to handle matters for them.
tell-mandate-ward-title = A guardian is entered
tell-mandate-ward-text = An office entered { $name } as your guardian, who may handle matters for you. If this is wrong, turn to the desk that entered it.
tell-mandate-guardian-ended-title = A guardianship has ended
tell-mandate-guardian-ended-text = An office ended the guardianship over { $name }. You can no longer act for them.
tell-mandate-represents-title = You are the legal representative
tell-mandate-represents-text = You now represent { $name }. Confirm its agents within 30 days; those who are not confirmed lose their right.
tell-mandate-replaced-title = Another legal representative
tell-mandate-replaced-text = { $name } has another legal representative, and you can no longer act for it as such. If you did not know, ask the registration office.
tell-account-recovered-title = Your account was opened anew
tell-account-recovered-text = The password was reset, every second factor is void, and all devices are signed out. If it was not you, go to a service counter at once.
tell-account-verified-title = Your identity is verified
tell-account-verified-text = A clerk compared your document at a counter; your account is verified now. If you were not there, go to a service counter at once.
tell-account-recovery-given-title = A recovery slip was given
tell-account-recovery-given-text = A counter gave out a slip with which a new password of your account can be set within 24 hours. If it was not you, sign in and go to a counter at once.
tell-account-upstream-linked-title = An account elsewhere was linked with yours
tell-account-upstream-linked-text = From now on an account at another platform signs in to yours too. If it was not you, unlink it, end all visits and change your password at once.
tell-account-upstream-unlinked-title = An account elsewhere was unlinked from yours
tell-account-upstream-unlinked-text = An account at another platform signs in to yours no more. If it was not you, end all visits and change your password at once.
tell-account-corrected-title = Your details were corrected
tell-account-corrected-text = The name or identity number of your account was corrected. If it was not you, go to a service counter at once.
tell-account-phone-changed-title = Your phone was changed
tell-account-phone-changed-text = The phone of your account was changed. If it was not you, change your password at once and go to a service counter.
tell-account-merged-title = Your accounts were merged
tell-account-merged-text = Another account of yours became part of this one: its cases, drafts, documents and messages are here now. If it was not you, go to a service counter at once.
tell-account-upstream-verified-title = Your identity is verified
tell-account-upstream-verified-text = The platform that you linked has verified who you are; your account is verified now. If it was not you, go to a service counter at once.
tell-seal-asked-title = Please decide about a seal: { $seal }
tell-seal-asked-text = “{ $seal }” was asked for. Approve it or not on its page; what you asked for yourself another person approves.
tell-seal-approved-title = Please make a seal: { $seal }
tell-seal-approved-text = “{ $seal }” is approved and waits to be made. Who approved it does not make it.
tell-seal-made-title = Please put a seal in use: { $seal }
tell-seal-made-text = “{ $seal }” is made. Look at its picture and certificate, then put it in use.
tell-seal-refused-title = Not approved: { $seal }
tell-seal-refused-text = “{ $seal }” was not approved; its page says why.
tell-seal-stopped-title = A seal may not be used: { $seal }
tell-seal-stopped-text = “{ $seal }” was suspended or revoked and seals nothing now; its page says why.
tell-seal-ends-title = A seal ends soon: { $seal }
tell-seal-ends-text = “{ $seal }” may be used until { $until }. Ask for another one in time if it is still needed.
