"""Holds answers against the served OpenAPI 3.1 description, whose schemas are JSON Schema 2020-12."""

from jsonschema import Draft202012Validator


class Description:
    def __init__(self, document):
        assert document["openapi"] == "3.1.0"
        self.document = document
        for schema in document["components"]["schemas"].values():
            Draft202012Validator.check_schema(schema)

    def schema(self, method, template, status):
        """The schema of an answer, with the components at hand for its references; None when the description does not know it."""
        operation = self.document["paths"].get(template, {}).get(method.lower())
        if operation is None or str(status) not in operation["responses"]:
            return None
        content = operation["responses"][str(status)]["content"]["application/json"]
        return {"components": self.document["components"], **content["schema"]}

    def belongs_to_no_operation(self, method, template, status):
        """The two answers that no operation lists: 404 for a path, and 405 for a method, that is not in the description."""
        operations = self.document["paths"].get(template)
        return status == 404 if operations is None else status == 405 and method.lower() not in operations

    def check(self, method, template, status, body):
        schema = self.schema(method, template, status)
        if schema is None:
            assert self.belongs_to_no_operation(method, template, status), f"{method} {template} {status} is not in the description"
            schema = {"components": self.document["components"], "$ref": "#/components/schemas/Error"}
        errors = list(Draft202012Validator(schema).iter_errors(body))
        assert not errors, f"{method} {template} {status}: {errors[0].message} at {list(errors[0].path)} in {body}"

    def check_component(self, name, body):
        schema = {"components": self.document["components"], "$ref": f"#/components/schemas/{name}"}
        errors = list(Draft202012Validator(schema).iter_errors(body))
        assert not errors, f"{name}: {errors[0].message} at {list(errors[0].path)}"
