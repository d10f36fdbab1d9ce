from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm as AllauthSignupForm


class AccountAdapter(DefaultAccountAdapter):
    pass


class SignupForm(AllauthSignupForm):
    pass
