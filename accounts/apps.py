from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import second_factor, sign_ins

        second_factor.connect()
        sign_ins.listen()
