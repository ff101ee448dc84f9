# Databricks notebook source
print("three")
