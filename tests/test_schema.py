"""Rows can be spread over databases by owner: no unique key spans people, but those named here."""

from django.apps import apps
from django.db.models import AutoField, UniqueConstraint

from planner.models import User

# Why each of these may be one for everybody. Spread over several databases these stay in the first
# one, or are random, so that no two are alike anywhere.
GLOBAL = {
    "planner.user(email)": "a person is found by it when they sign in",
    "planner.session(session_key)": "random; somebody is found by it who has not said who they are",
    "planner.installationkey(name)": "the installation's own",
    "account.emailaddress(email)": "a person is found by it, as by the user's",
    "account.emailconfirmation(key)": "random; stands in a link",
    "planner.calendarfeed(token)": "of a random token; stands in an address",
    "planner.historyentry(undoes)": "names one row of the same person, and so stands where they do",
    "planner.contactentry(undoes)": "names one row of the same person, and so stands where they do",
    "auth.permission(content_type,codename)": "Django's own; nobody has any",
    "auth.group(name)": "Django's own; there are none",
    "contenttypes.contenttype(app_label,model)": "the tables themselves",
    "django_tasks_database.dbtaskresult(id)": "random; what is to be done, for a day",
}


def keys():
    """(model, its unique key) as the database has it; numbers that it counts itself left out."""
    for model in apps.get_models():
        meta = model._meta
        found = [(field.name,) for field in meta.fields
                 if field.unique and not isinstance(field, AutoField)]  # fmt: skip
        found += [tuple(names) for names in meta.unique_together]
        for one in meta.constraints:
            if isinstance(one, UniqueConstraint):
                assert not one.expressions, (
                    f"{one.name}: look at its expressions, this test does not"
                )
                found.append(tuple(one.fields))
        yield from ((model, names) for names in found)


def owners(model):
    """Its fields that name the person."""
    return {
        field.name for field in model._meta.fields if field.related_model is User and not field.null
    }


def spans_people():
    for model, names in keys():
        if not owners(model) & {*names}:
            yield f"{model._meta.label_lower}({','.join(names)})"


def test_each_unique_key_holds_the_owner_or_says_why_not():
    assert {*spans_people()} - GLOBAL.keys() == set()


def test_nothing_is_excused_that_is_not_there():
    assert GLOBAL.keys() - {*spans_people()} == set()
