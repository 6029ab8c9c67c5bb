/** Filters by every field, with the values that there are proposed. */
import PropertyFilter from "@cloudscape-design/components/property-filter";
import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import { useMemo } from "react";
import type { Drift } from "../../api/types";
import { FIELDS, fieldText, isField } from "./fields";
import type { Field } from "./fields";
import type { Condition, Operator } from "./view";

const OPERATORS: readonly Operator[] = ["=", "!=", ":", "!:"];
const NAMES = Object.keys(FIELDS) as Field[];
/** Proposals a field; whoever looks for a rarer one types it. */
const PROPOSED = 200;

const PROPERTIES = NAMES.map((key) => ({
  key,
  operators: OPERATORS,
  propertyLabel: FIELDS[key].label,
  groupValuesLabel: `${FIELDS[key].label}: values`,
}));

interface FilterBarProps {
  readonly drifts: readonly Drift[];
  readonly conditions: readonly Condition[];
  readonly onChange: (conditions: readonly Condition[]) => void;
}

export function FilterBar({ drifts, conditions, onChange }: FilterBarProps) {
  const options = useMemo(() => proposals(drifts), [drifts]);
  return (
    <PropertyFilter
      query={{
        operation: "and",
        tokens: conditions.map(({ field, operator, value }) => ({
          ...(field === null ? {} : { propertyKey: field }),
          operator,
          value,
        })),
      }}
      onChange={({ detail }) => {
        onChange(detail.tokens.map(condition));
      }}
      filteringProperties={PROPERTIES}
      filteringOptions={options}
      filteringPlaceholder="Search, or filter by a field"
      filteringAriaLabel="Filter the drifts"
      hideOperations
      expandToViewport
      i18nStrings={{
        groupPropertiesText: "Fields",
        groupValuesText: "Values",
        operatorsText: "Operators",
        operatorEqualsText: "Is",
        operatorDoesNotEqualText: "Is not",
        operatorContainsText: "Contains",
        operatorDoesNotContainText: "Does not contain",
        allPropertiesLabel: "All fields",
        clearFiltersText: "Clear filters",
        removeTokenButtonAriaLabel: (token) => `Remove the filter ${token.value}`,
        enteredTextLabel: (text) => `Search for "${text}"`,
        applyActionText: "Apply",
        cancelActionText: "Cancel",
        editTokenHeader: "Change the filter",
        propertyText: "Field",
        operatorText: "Operator",
        valueText: "Value",
        tokenLimitShowMore: "Show more",
        tokenLimitShowFewer: "Show fewer",
        dismissAriaLabel: "Dismiss",
      }}
    />
  );
}

function condition({ propertyKey, operator, value }: PropertyFilterProps.Token): Condition {
  const field = propertyKey !== undefined && isField(propertyKey) ? propertyKey : null;
  const known = OPERATORS.find((each) => each === operator) ?? ":";
  return {
    field,
    operator: field === null ? (known.startsWith("!") ? "!:" : ":") : known,
    value: String(value),
  };
}

function proposals(drifts: readonly Drift[]): PropertyFilterProps.FilteringOption[] {
  return NAMES.flatMap((field) => {
    const values = new Set<string>();
    for (const drift of drifts) {
      const text = fieldText(drift, field);
      if (text !== "") values.add(text);
      if (values.size === PROPOSED) break;
    }
    return [...values].sort().map((value) => ({ propertyKey: field, value }));
  });
}
