messages-title = Messages
messages-lead = News and reminders that concern you, unread ones first.
messages-lead-organisation = You act for an organisation: these are its messages, shared by everybody who acts for it.
messages-settings-link = Notice settings (e-mail, SMS, WeChat)
messages-lead-person = You act for another person: these are their messages, as far as your right reaches.
messages-settings-outside = Your right does not cover notice settings. The person or the organisation’s managers set them.
messages-other-box = You may act for { $name }
messages-other-unread = { $count ->
    [one] One message for it is unread.
   *[other] { $count } messages for it are unread.
}
messages-other-switch = Switch hats to read
messages-none = No messages yet
messages-none-text = You are told here when there is news on your cases.
messages-unread = Unread
messages-read-all = Mark all as read
messages-open = Open
messages-read = Mark as read
messages-until-wrong = Name the newest message that was seen by its id.

messages-settings-title = Notice settings
messages-settings-lead = Messages inside the platform are always on. You can be reminded in these ways too; all are off unless you turn them on.
messages-settings-lead-organisation = You act for an organisation, and these are its settings. Messages inside the platform are always on, everything else is off unless turned on.
messages-settings-privacy = E-mail, SMS and WeChat only say that there is news: no name, no matter, no identity number. Sign in to read it. Your contact data are stored encrypted and used for the notices that you choose, for nothing else.
messages-no-channels = This platform sends no other notices yet
messages-no-channels-text = Sign in and look at "Messages".
messages-channel-email = E-mail
messages-channel-sms = SMS
messages-channel-wechat = WeChat
messages-channel-on = On
messages-channel-off = Off
messages-channel-remove = Turn off { $channel } and delete the address
messages-email-address = E-mail address
messages-email-hint = Such as name@example.cn
messages-sms-address = Mobile number
messages-sms-hint = 11 digits
messages-wechat-address = WeChat binding name
messages-wechat-hint = Follow the platform's account and send it “绑定”: it answers with your binding name.
messages-code-send = Send a code
messages-code-sent = A code is on its way to { $address }. It holds for 10 minutes.
messages-code = Code
messages-code-hint = 6 digits
messages-code-confirm = Confirm
messages-topics-legend = What { $channel } reminds you of
messages-topics-save = Save
messages-topic-action = What you have to do
messages-topic-action-hint = Such as corrections, with a limit
messages-topic-result = Results
messages-topic-result-hint = Accepted or not, decisions, documents
messages-topic-progress = Progress
messages-topic-progress-hint = Received, public notice, and so on
messages-topic-work = Work
messages-topic-work-hint = Corrected or withdrawn by the applicant, and so on
messages-topic-limit = Limits
messages-topic-limit-hint = A limit comes near or has passed
messages-email-wrong = Give an e-mail address such as name@example.cn.
messages-mobile-wrong = Give a mobile number.
messages-wechat-wrong = Give the binding name that the account answered (6 to 64 letters, digits, hyphens or underscores).
messages-code-not-awaited = No address waits for a code at the moment. Have a code sent first.
messages-code-wrong = The code is wrong. { $left ->
    [one] One try is left.
   *[other] { $left } tries are left.
}
messages-code-spent = The code no longer holds. Have a new one sent.
messages-choice-wrong = Only what the page lists can be chosen, and only for a confirmed address.

messages-out-news-subject = News on your case
messages-out-news-text = { $tail ->
    [none] There is news on your case. Please sign in to read it: { $url }
   *[other] There is news on your case ending in { $tail }. Please sign in to read it: { $url }
}
messages-out-action-subject = Your case needs you
messages-out-action-text = { $tail ->
    [none] Your case needs you to act within a limit. Please sign in: { $url }
   *[other] Your case ending in { $tail } needs you to act within a limit. Please sign in: { $url }
}
messages-out-work-subject = A reminder for your work
messages-out-work-text = { $tail ->
    [none] There is a reminder for your work. Please sign in: { $url }
   *[other] There is a reminder on the case ending in { $tail }. Please sign in: { $url }
}
messages-out-code-subject = Code
messages-out-code-text = Your code is { $code }. It holds for { $minutes } minutes and turns on case reminders. If you did not ask for it, ignore this.

messages-outbox-title = Outbox
messages-outbox-lead = E-mail, SMS, WeChat and pushes leave from here. What fails is tried again for about a day; what still fails is listed below and can be sent again once the cause is known.
messages-dead-title = Could not be delivered
messages-dead-none = Nothing.
messages-dead-count = { $count } in all (counted up to 1000).
messages-waiting-title = Waiting
messages-waiting-none = Nothing waits.
messages-receiver = Receiver
messages-what = Kind
messages-count = Messages
messages-since = Oldest
messages-next-try = Next try
messages-attempts = Tries
messages-died-at = Given up
messages-last-error = Last error
messages-do = Do
messages-replay = Send again
messages-replay-title = Send again
messages-replay-lead = The message is sent at once, before whatever else waits for this receiver. The receiver knows it by its key and does nothing twice.
messages-replay-do = Send it again
messages-replay-not = Back
messages-not-dead = This message is no longer among those that could not be delivered; somebody may have sent it again.
